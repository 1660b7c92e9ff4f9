CREATE TABLE `list_settings` (
	`operator_id` text NOT NULL,
	`list` text NOT NULL,
	`columns` text,
	`comfortable` integer NOT NULL,
	`updated_at` integer NOT NULL,
	PRIMARY KEY(`operator_id`, `list`)
);
--> statement-breakpoint
ALTER TABLE `balances` ADD `seen_until` integer DEFAULT 0 NOT NULL;
--> statement-breakpoint
-- Until now a row was written when an hour had passed: the next one within that time says that reading went on.
UPDATE `balances` SET `seen_until` = coalesce((
	SELECT min(later.`at`) FROM `balances` later
	WHERE later.`kind` = `balances`.`kind` AND later.`at` > `balances`.`at` AND later.`at` <= `balances`.`at` + 3900000
), `at`);
