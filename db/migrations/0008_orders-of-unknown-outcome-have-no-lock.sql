-- What an order of unknown outcome holds follows from its status and market when it is asked; only a call in flight has a lock.
UPDATE `intents` SET `lock` = NULL WHERE `status` <> 'open';
