DROP INDEX `bets_status_created`;--> statement-breakpoint
CREATE INDEX `bets_status_created` ON `bets` (`status`,`created_at`,`ref`);--> statement-breakpoint
DROP INDEX `audit_at`;--> statement-breakpoint
CREATE INDEX `audit_actor_at` ON `audit` (`actor_id`,`at`,`id`);--> statement-breakpoint
CREATE INDEX `audit_action_at` ON `audit` (`action`,`at`,`id`);--> statement-breakpoint
CREATE INDEX `audit_at` ON `audit` (`at`,`id`);--> statement-breakpoint
DROP INDEX `inbox_received`;--> statement-breakpoint
CREATE INDEX `inbox_type_received` ON `inbox` (`type`,`received_at`,`id`);--> statement-breakpoint
CREATE INDEX `inbox_received` ON `inbox` (`received_at`,`id`);--> statement-breakpoint
CREATE INDEX `outbox_created` ON `outbox` (`created_at`,`id`);--> statement-breakpoint
CREATE INDEX `alerts_outcome_received` ON `alerts` (`outcome`,`received_at`,`id`);--> statement-breakpoint
CREATE INDEX `alerts_asset_received` ON `alerts` (`asset`,`received_at`,`id`);--> statement-breakpoint
CREATE INDEX `trades_agent_created` ON `trades` (`agent_id`,`created_at`,`ref`);--> statement-breakpoint
CREATE INDEX `trades_status_size` ON `trades` (`status`,`size_micro`,`ref`);