PRAGMA foreign_keys=OFF;--> statement-breakpoint
CREATE TABLE `__new_outbox` (
	`row_id` integer PRIMARY KEY NOT NULL,
	`id` text NOT NULL,
	`event_name` text NOT NULL,
	`data` text NOT NULL,
	`created_at` integer NOT NULL,
	`attempts` integer DEFAULT 0 NOT NULL,
	`refusals` integer DEFAULT 0 NOT NULL,
	`next_attempt_at` integer NOT NULL,
	`failure` text,
	`last_error` text,
	`parked_at` integer,
	`sent_at` integer,
	`engine_event_id` text
);
--> statement-breakpoint
-- Numbered as they were asked for. What kept a row from being sent was not told apart before: it is not known, and tried at once.
INSERT INTO `__new_outbox`("id", "event_name", "data", "created_at", "attempts", "next_attempt_at", "sent_at", "engine_event_id") SELECT "id", "event_name", "data", "created_at", "attempts", "next_attempt_at", "sent_at", "engine_event_id" FROM `outbox` ORDER BY "created_at", rowid;--> statement-breakpoint
DROP TABLE `outbox`;--> statement-breakpoint
ALTER TABLE `__new_outbox` RENAME TO `outbox`;--> statement-breakpoint
PRAGMA foreign_keys=ON;--> statement-breakpoint
CREATE UNIQUE INDEX `outbox_id_unique` ON `outbox` (`id`);--> statement-breakpoint
CREATE INDEX `outbox_unsent` ON `outbox` (`sent_at`,`parked_at`,`next_attempt_at`);--> statement-breakpoint
CREATE INDEX `outbox_created` ON `outbox` (`created_at`,`id`);--> statement-breakpoint
ALTER TABLE `inbox` ADD `differing` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `inbox` ADD `other_envelope` text;--> statement-breakpoint
ALTER TABLE `inbox` ADD `other_hash` text;--> statement-breakpoint
ALTER TABLE `inbox` ADD `other_at` integer;--> statement-breakpoint
CREATE INDEX `inbox_other` ON `inbox` (`other_at`);