CREATE TABLE `balances` (
	`id` text PRIMARY KEY NOT NULL,
	`kind` text NOT NULL,
	`amount_micro` integer NOT NULL,
	`from_api` integer NOT NULL,
	`at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `balances_kind_at` ON `balances` (`kind`,`at`);--> statement-breakpoint
CREATE TABLE `domains` (
	`domain` text PRIMARY KEY NOT NULL,
	`status` text NOT NULL,
	`registered_at` integer,
	`expires_at` integer,
	`observed_at` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `sync` (
	`source` text PRIMARY KEY NOT NULL,
	`synced_at` integer,
	`attempted_at` integer NOT NULL,
	`error` text
);
--> statement-breakpoint
CREATE TABLE `bets` (
	`ref` text PRIMARY KEY NOT NULL,
	`request_key` text NOT NULL,
	`remote_id` text,
	`agent_id` text NOT NULL,
	`game` text NOT NULL,
	`params` text NOT NULL,
	`stake_micro` integer NOT NULL,
	`payout_micro` integer,
	`outcome` text,
	`client_seed` text NOT NULL,
	`server_seed_hash` text,
	`server_seed` text,
	`nonce` integer,
	`verified` integer,
	`verification` text,
	`status` text NOT NULL,
	`reason` text,
	`run_id` text,
	`created_at` integer NOT NULL,
	`settled_at` integer,
	`observed_at` integer NOT NULL,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `bets_request_key_unique` ON `bets` (`request_key`);--> statement-breakpoint
CREATE UNIQUE INDEX `bets_remote_id_unique` ON `bets` (`remote_id`);--> statement-breakpoint
CREATE INDEX `bets_created` ON `bets` (`created_at`,`ref`);--> statement-breakpoint
CREATE INDEX `bets_status_created` ON `bets` (`status`,`created_at`);--> statement-breakpoint
CREATE TABLE `claims` (
	`ref` text PRIMARY KEY NOT NULL,
	`agent_id` text NOT NULL,
	`utc_day` text NOT NULL,
	`amount_micro` integer,
	`tx_hash` text,
	`status` text NOT NULL,
	`reason` text,
	`requested_by` text NOT NULL,
	`next_eligible_at` integer,
	`run_id` text,
	`created_at` integer NOT NULL,
	`settled_at` integer,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `claims_created` ON `claims` (`created_at`,`ref`);--> statement-breakpoint
CREATE TABLE `approvals` (
	`escrow_ref` text PRIMARY KEY NOT NULL,
	`decision` text NOT NULL,
	`command_id` text NOT NULL,
	`operator_id` text NOT NULL,
	`reason` text,
	`seen_version` integer NOT NULL,
	`at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `approvals_command_id_unique` ON `approvals` (`command_id`);--> statement-breakpoint
CREATE TABLE `audit` (
	`id` text PRIMARY KEY NOT NULL,
	`at` integer NOT NULL,
	`actor_kind` text NOT NULL,
	`actor_id` text NOT NULL,
	`action` text NOT NULL,
	`subject_type` text,
	`subject_ref` text,
	`before` text,
	`after` text,
	`reason` text,
	`result` text NOT NULL,
	`command_id` text
);
--> statement-breakpoint
CREATE INDEX `audit_at` ON `audit` (`at`);--> statement-breakpoint
CREATE INDEX `audit_subject` ON `audit` (`subject_type`,`subject_ref`);--> statement-breakpoint
CREATE TABLE `commands` (
	`id` text PRIMARY KEY NOT NULL,
	`kind` text NOT NULL,
	`subject_type` text,
	`subject_ref` text,
	`payload` text NOT NULL,
	`operator_id` text NOT NULL,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `commands_subject` ON `commands` (`subject_type`,`subject_ref`);--> statement-breakpoint
CREATE INDEX `commands_created` ON `commands` (`created_at`);--> statement-breakpoint
CREATE TABLE `inbox` (
	`id` text PRIMARY KEY NOT NULL,
	`type` text NOT NULL,
	`envelope` text NOT NULL,
	`signed_at` integer NOT NULL,
	`received_at` integer NOT NULL,
	`deliveries` integer DEFAULT 1 NOT NULL
);
--> statement-breakpoint
CREATE INDEX `inbox_received` ON `inbox` (`received_at`);--> statement-breakpoint
CREATE TABLE `operators` (
	`id` text PRIMARY KEY NOT NULL,
	`email` text NOT NULL,
	`name` text NOT NULL,
	`password_hash` text NOT NULL,
	`role` text NOT NULL,
	`time_zone` text DEFAULT 'UTC' NOT NULL,
	`created_at` integer NOT NULL,
	`disabled_at` integer
);
--> statement-breakpoint
CREATE UNIQUE INDEX `operators_email_unique` ON `operators` (`email`);--> statement-breakpoint
CREATE TABLE `outbox` (
	`id` text PRIMARY KEY NOT NULL,
	`event_name` text NOT NULL,
	`data` text NOT NULL,
	`created_at` integer NOT NULL,
	`attempts` integer DEFAULT 0 NOT NULL,
	`next_attempt_at` integer NOT NULL,
	`last_error` text,
	`sent_at` integer,
	`engine_event_id` text
);
--> statement-breakpoint
CREATE INDEX `outbox_unsent` ON `outbox` (`sent_at`,`next_attempt_at`);--> statement-breakpoint
CREATE TABLE `pauses` (
	`kind` text PRIMARY KEY NOT NULL,
	`paused` integer NOT NULL,
	`reason` text,
	`operator_id` text,
	`at` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `sessions` (
	`token_hash` text PRIMARY KEY NOT NULL,
	`operator_id` text NOT NULL,
	`created_at` integer NOT NULL,
	`seen_at` integer NOT NULL,
	`expires_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `sessions_operator` ON `sessions` (`operator_id`);--> statement-breakpoint
CREATE TABLE `escrows` (
	`ref` text PRIMARY KEY NOT NULL,
	`remote_id` text,
	`agent_id` text NOT NULL,
	`amount_micro` integer NOT NULL,
	`fee_micro` integer,
	`net_micro` integer,
	`referral_micro` integer,
	`counterparty` text NOT NULL,
	`description` text NOT NULL,
	`timeout_hours` integer NOT NULL,
	`status` text NOT NULL,
	`raw_status` text,
	`reason` text,
	`tx_hash` text,
	`created_at` integer NOT NULL,
	`locked_at` integer,
	`expires_at` integer,
	`confirmed_at` integer,
	`confirmed_by` text,
	`confirmation_proof` text,
	`claimed_confirmation_at` integer,
	`claimed_confirmation_by` text,
	`settled_at` integer,
	`settled_by` text,
	`run_id` text,
	`observed_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	`version` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `escrows_remote_id_unique` ON `escrows` (`remote_id`);--> statement-breakpoint
CREATE INDEX `escrows_status_expires` ON `escrows` (`status`,`expires_at`,`ref`);--> statement-breakpoint
CREATE INDEX `escrows_created` ON `escrows` (`created_at`,`ref`);--> statement-breakpoint
CREATE INDEX `escrows_expires` ON `escrows` (`expires_at`,`ref`);--> statement-breakpoint
CREATE INDEX `escrows_amount` ON `escrows` (`amount_micro`,`ref`);--> statement-breakpoint
CREATE TABLE `timeline` (
	`id` text PRIMARY KEY NOT NULL,
	`subject_type` text NOT NULL,
	`subject_ref` text NOT NULL,
	`at` integer NOT NULL,
	`kind` text NOT NULL,
	`title` text NOT NULL,
	`detail` text,
	`actor_kind` text NOT NULL,
	`actor_id` text NOT NULL,
	`run_id` text,
	`step_id` text
);
--> statement-breakpoint
CREATE INDEX `timeline_subject` ON `timeline` (`subject_type`,`subject_ref`,`at`);--> statement-breakpoint
CREATE INDEX `timeline_at` ON `timeline` (`at`);--> statement-breakpoint
CREATE TABLE `intents` (
	`key` text PRIMARY KEY NOT NULL,
	`action` text NOT NULL,
	`subject_ref` text NOT NULL,
	`amount_micro` integer NOT NULL,
	`asset` text,
	`idempotency_key` text NOT NULL,
	`status` text NOT NULL,
	`lock` text,
	`detail` text,
	`remote_id` text,
	`run_id` text,
	`tries` integer NOT NULL,
	`created_at` integer NOT NULL,
	`settled_at` integer,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `intents_lock_unique` ON `intents` (`lock`);--> statement-breakpoint
CREATE INDEX `intents_status` ON `intents` (`status`,`created_at`);--> statement-breakpoint
CREATE INDEX `intents_action_created` ON `intents` (`action`,`created_at`);--> statement-breakpoint
CREATE TABLE `command_outcomes` (
	`command_id` text PRIMARY KEY NOT NULL,
	`state` text NOT NULL,
	`message` text NOT NULL,
	`run_id` text,
	`at` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `runs` (
	`id` text PRIMARY KEY NOT NULL,
	`function_id` text NOT NULL,
	`event_name` text NOT NULL,
	`event_id` text,
	`status` text NOT NULL,
	`attempt` integer NOT NULL,
	`max_attempts` integer,
	`next_attempt_at` integer,
	`input` text NOT NULL,
	`output` text,
	`error` text,
	`subject_type` text,
	`subject_ref` text,
	`queued_at` integer NOT NULL,
	`started_at` integer NOT NULL,
	`ended_at` integer,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `runs_started` ON `runs` (`started_at`,`id`);--> statement-breakpoint
CREATE INDEX `runs_status_started` ON `runs` (`status`,`started_at`,`id`);--> statement-breakpoint
CREATE INDEX `runs_function_started` ON `runs` (`function_id`,`started_at`,`id`);--> statement-breakpoint
CREATE INDEX `runs_subject` ON `runs` (`subject_type`,`subject_ref`);--> statement-breakpoint
CREATE INDEX `runs_event` ON `runs` (`event_id`);--> statement-breakpoint
CREATE TABLE `step_attempts` (
	`run_id` text NOT NULL,
	`step_id` text NOT NULL,
	`attempt` integer NOT NULL,
	`started_at` integer NOT NULL,
	`ended_at` integer,
	`error` text,
	PRIMARY KEY(`run_id`, `step_id`, `attempt`)
);
--> statement-breakpoint
CREATE TABLE `steps` (
	`run_id` text NOT NULL,
	`id` text NOT NULL,
	`name` text NOT NULL,
	`kind` text NOT NULL,
	`status` text NOT NULL,
	`attempts` integer NOT NULL,
	`input` text,
	`output` text,
	`error` text,
	`waits_for` text,
	`waits_until` integer,
	`started_at` integer NOT NULL,
	`ended_at` integer,
	`position` integer NOT NULL,
	PRIMARY KEY(`run_id`, `id`)
);
--> statement-breakpoint
CREATE TABLE `webhook_outcomes` (
	`webhook_id` text PRIMARY KEY NOT NULL,
	`outcome` text NOT NULL,
	`detail` text,
	`run_id` text,
	`at` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `alerts` (
	`id` text PRIMARY KEY NOT NULL,
	`asset` text NOT NULL,
	`price` text NOT NULL,
	`direction` text NOT NULL,
	`triggered_by` text,
	`event_name` text NOT NULL,
	`received_at` integer NOT NULL,
	`outcome` text NOT NULL,
	`reason` text,
	`trade_ref` text,
	`run_id` text,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `alerts_received` ON `alerts` (`received_at`,`id`);--> statement-breakpoint
CREATE TABLE `trades` (
	`ref` text PRIMARY KEY NOT NULL,
	`alert_id` text NOT NULL,
	`remote_id` text,
	`agent_id` text NOT NULL,
	`asset` text NOT NULL,
	`side` text NOT NULL,
	`size_micro` integer NOT NULL,
	`alert_price` text NOT NULL,
	`fill_price` text,
	`fee_micro` integer,
	`pnl_micro` integer,
	`status` text NOT NULL,
	`raw_status` text,
	`reason` text,
	`run_id` text,
	`created_at` integer NOT NULL,
	`filled_at` integer,
	`closed_at` integer,
	`observed_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	`version` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `trades_alert_id_unique` ON `trades` (`alert_id`);--> statement-breakpoint
CREATE UNIQUE INDEX `trades_remote_id_unique` ON `trades` (`remote_id`);--> statement-breakpoint
CREATE INDEX `trades_created` ON `trades` (`created_at`,`ref`);--> statement-breakpoint
CREATE INDEX `trades_status_created` ON `trades` (`status`,`created_at`,`ref`);--> statement-breakpoint
CREATE INDEX `trades_asset_created` ON `trades` (`asset`,`created_at`,`ref`);--> statement-breakpoint
CREATE INDEX `trades_size` ON `trades` (`size_micro`,`ref`);