CREATE TABLE `decisions` (
	`id` integer PRIMARY KEY NOT NULL,
	`escrow_ref` text NOT NULL,
	`kind` text NOT NULL,
	`decision` text NOT NULL,
	`actor_kind` text NOT NULL,
	`actor_id` text NOT NULL,
	`command_id` text NOT NULL,
	`reason` text,
	`seen_version` integer NOT NULL,
	`at` integer NOT NULL,
	`effective_at` integer
);
--> statement-breakpoint
CREATE UNIQUE INDEX `decisions_command_id_unique` ON `decisions` (`command_id`);--> statement-breakpoint
CREATE INDEX `decisions_escrow` ON `decisions` (`escrow_ref`,`id`);--> statement-breakpoint
-- Each decision of before was signed by an operator, and in force at once.
INSERT INTO `decisions` (`escrow_ref`, `kind`, `decision`, `actor_kind`, `actor_id`, `command_id`, `reason`, `seen_version`, `at`, `effective_at`)
	SELECT `escrow_ref`, 'signed', `decision`, 'operator', `operator_id`, `command_id`, `reason`, `seen_version`, `at`, `at` FROM `approvals` ORDER BY `at`, `command_id`;--> statement-breakpoint
CREATE TRIGGER `decisions_are_not_changed` BEFORE UPDATE ON `decisions` BEGIN SELECT RAISE(ABORT, 'a decision on record is not changed: append another row'); END;--> statement-breakpoint
CREATE TRIGGER `decisions_are_not_removed` BEFORE DELETE ON `decisions` BEGIN SELECT RAISE(ABORT, 'a decision on record is not removed: append another row'); END;--> statement-breakpoint
DROP TABLE `approvals`;--> statement-breakpoint
DROP INDEX `escrows_not_adding_up`;--> statement-breakpoint
ALTER TABLE `escrows` ADD `fee_rate_ppm` integer;--> statement-breakpoint
CREATE INDEX `escrows_sums_to_check` ON `escrows` (`created_at`,`ref`) WHERE ("fee_micro" + "net_micro" != "amount_micro" or coalesce("fee_micro", "amount_micro" - "net_micro", ("amount_micro" / 1000000 * coalesce("fee_rate_ppm", 10000) + ("amount_micro" % 1000000 * coalesce("fee_rate_ppm", 10000) + 500000) / 1000000)) != ("amount_micro" / 1000000 * coalesce("fee_rate_ppm", 10000) + ("amount_micro" % 1000000 * coalesce("fee_rate_ppm", 10000) + 500000) / 1000000) or "referral_micro" != (coalesce("fee_micro", "amount_micro" - "net_micro", ("amount_micro" / 1000000 * coalesce("fee_rate_ppm", 10000) + ("amount_micro" % 1000000 * coalesce("fee_rate_ppm", 10000) + 500000) / 1000000)) / 1000000 * 150000 + (coalesce("fee_micro", "amount_micro" - "net_micro", ("amount_micro" / 1000000 * coalesce("fee_rate_ppm", 10000) + ("amount_micro" % 1000000 * coalesce("fee_rate_ppm", 10000) + 500000) / 1000000)) % 1000000 * 150000 + 500000) / 1000000));--> statement-breakpoint
CREATE VIEW `decisions_in_force` AS select d.id, d.escrow_ref, d.kind, d.decision, d.actor_kind, d.actor_id, d.command_id, d.reason, d.seen_version, d.at, d.effective_at from decisions d where d.kind in ('signed', 'replaced') and d.effective_at is not null and d.id = (select max(l.id) from decisions l where l.escrow_ref = d.escrow_ref);--> statement-breakpoint
-- Readable under the name of before: what is in force, an escrow a row.
CREATE VIEW `approvals` AS select escrow_ref, decision, command_id, actor_id as operator_id, reason, seen_version, at from decisions_in_force;
