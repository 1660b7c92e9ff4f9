-- What this desk could not tell apart before is called not executed: that is true of each.
UPDATE `trades` SET `status` = CASE WHEN `remote_id` IS NULL THEN 'not_executed' ELSE 'rejected' END WHERE `status` = 'refused';--> statement-breakpoint
UPDATE `escrows` SET `status` = 'not_created' WHERE `status` = 'refused';--> statement-breakpoint
UPDATE `bets` SET `status` = 'not_executed' WHERE `status` = 'refused';--> statement-breakpoint
UPDATE `claims` SET `status` = 'not_executed' WHERE `status` = 'refused';--> statement-breakpoint
UPDATE `alerts` SET `outcome` = 'not_executed' WHERE `outcome` = 'refused' AND `direction` != '';--> statement-breakpoint
UPDATE `intents` SET `status` = 'given_up' WHERE `status` = 'refused';--> statement-breakpoint
UPDATE `intents` SET `status` = 'not_executed' WHERE `status` = 'not_done';
