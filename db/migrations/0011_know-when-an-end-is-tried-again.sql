ALTER TABLE `escrows` ADD `retry_at` integer;--> statement-breakpoint
CREATE INDEX `escrows_put_off` ON `escrows` (`retry_at`) WHERE "escrows"."retry_at" is not null;