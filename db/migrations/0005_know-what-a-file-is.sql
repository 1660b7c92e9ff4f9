CREATE TABLE `identity` (
	`one` integer PRIMARY KEY DEFAULT 1 NOT NULL,
	`mode` text NOT NULL,
	`dialect` text NOT NULL,
	`agent` text NOT NULL,
	`marked_at` integer NOT NULL,
	CONSTRAINT "identity_one" CHECK("identity"."one" = 1)
);
