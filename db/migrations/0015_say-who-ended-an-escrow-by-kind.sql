ALTER TABLE `escrows` ADD `settled_by_kind` text;--> statement-breakpoint
UPDATE `escrows` SET `settled_by_kind` = CASE `settled_by` WHEN 'counterparty' THEN 'counterparty' WHEN 'time-out' THEN 'time-out' WHEN 'Purple Flea' THEN 'purple-flea' ELSE 'operator' END WHERE `settled_by` IS NOT NULL;
