CREATE TABLE `drifts` (
	`id` text PRIMARY KEY NOT NULL,
	`asset` text NOT NULL,
	`since` integer NOT NULL,
	`seen_at` integer NOT NULL,
	`difference_micro` integer NOT NULL,
	`observed_micro` integer NOT NULL,
	`expected_micro` integer NOT NULL,
	`explained` integer NOT NULL,
	`rows` text NOT NULL,
	`ended_at` integer,
	`ending` text
);
--> statement-breakpoint
CREATE INDEX `drifts_ended` ON `drifts` (`ended_at`,`since`);--> statement-breakpoint
CREATE TABLE `movements` (
	`id` text PRIMARY KEY NOT NULL,
	`at` integer NOT NULL,
	`subject_type` text NOT NULL,
	`subject_ref` text NOT NULL,
	`amount_micro` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `movements_at` ON `movements` (`at`);--> statement-breakpoint
CREATE INDEX `movements_subject` ON `movements` (`subject_type`,`subject_ref`);--> statement-breakpoint
CREATE TABLE `wallet_books` (
	`id` text PRIMARY KEY NOT NULL,
	`opening_micro` integer NOT NULL,
	`opened_at` integer NOT NULL,
	`moved_micro` integer NOT NULL,
	`agreed_at` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `confirmations` (
	`id` text PRIMARY KEY NOT NULL,
	`sent_ref` text NOT NULL,
	`escrow_ref` text,
	`confirmed_by` text NOT NULL,
	`received_at` integer NOT NULL,
	`run_id` text
);
--> statement-breakpoint
CREATE INDEX `confirmations_sent_ref` ON `confirmations` (`sent_ref`);--> statement-breakpoint
CREATE INDEX `confirmations_stray` ON `confirmations` (`escrow_ref`,`received_at`);--> statement-breakpoint
ALTER TABLE `intents` ADD `command_id` text;--> statement-breakpoint
ALTER TABLE `intents` ADD `decision` text;--> statement-breakpoint
ALTER TABLE `intents` ADD `decided_by` text;--> statement-breakpoint
ALTER TABLE `intents` ADD `decided_at` integer;--> statement-breakpoint
ALTER TABLE `intents` ADD `decision_reason` text;--> statement-breakpoint
ALTER TABLE `intents` ADD `decision_command` text;--> statement-breakpoint
CREATE INDEX `escrows_not_adding_up` ON `escrows` (`created_at`,`ref`) WHERE "fee_micro" is not null and ("fee_micro" != ("amount_micro" * 100 + 5000) / 10000 or coalesce("net_micro", "amount_micro" - "fee_micro") + "fee_micro" != "amount_micro" or coalesce("referral_micro", ("fee_micro" * 1500 + 5000) / 10000) != ("fee_micro" * 1500 + 5000) / 10000);