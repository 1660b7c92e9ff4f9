ALTER TABLE `alerts` ADD `named` text;--> statement-breakpoint
ALTER TABLE `alerts` ADD `payload` text;