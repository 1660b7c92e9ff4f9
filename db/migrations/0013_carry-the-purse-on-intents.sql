ALTER TABLE `intents` ADD `purse` text;--> statement-breakpoint
UPDATE `intents` SET `purse` = 'wallet' WHERE `action` IN ('order', 'escrow-create', 'bet');
