BEGIN TRANSACTION;
CREATE TABLE accounts (
	id VARCHAR(32) NOT NULL, 
	name VARCHAR(200) NOT NULL, 
	concurrency INTEGER, 
	sockets INTEGER, 
	requests_per_minute INTEGER, 
	characters_per_day BIGINT, 
	created_ms BIGINT NOT NULL, 
	PRIMARY KEY (id), 
	UNIQUE (name)
);
INSERT INTO "accounts" VALUES('default','default',NULL,NULL,NULL,NULL,1795251966024);
INSERT INTO "accounts" VALUES('acc_000000000000000000000001','Sound Ltd',3,NULL,NULL,NULL,1795251966029);
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0001');
CREATE TABLE api_keys (
	id VARCHAR(32) NOT NULL, 
	account_id VARCHAR(32) NOT NULL, 
	name VARCHAR(200) NOT NULL, 
	sha256 BLOB NOT NULL, 
	hint VARCHAR(8) NOT NULL, 
	created_ms BIGINT NOT NULL, 
	revoked_ms BIGINT, 
	PRIMARY KEY (id), 
	FOREIGN KEY(account_id) REFERENCES accounts (id), 
	UNIQUE (sha256)
);
INSERT INTO "api_keys" VALUES('key_bf13b5587ffaa8ba','acc_000000000000000000000001','laptop',X'B95F3B3F7701AD28D5892B053C12B44C50FCE5AFC99F116DB2EA284AD3B6BC6F','ions',1795251966031,NULL);
CREATE TABLE dictionaries (
	id VARCHAR(24) NOT NULL, 
	account_id VARCHAR(32) NOT NULL, 
	items JSON NOT NULL, 
	n_items INTEGER NOT NULL, 
	revision BIGINT NOT NULL, 
	created_ms BIGINT NOT NULL, 
	PRIMARY KEY (id), 
	FOREIGN KEY(account_id) REFERENCES accounts (id)
);
INSERT INTO "dictionaries" VALUES('93509b75f5511fc086fb5a81','acc_000000000000000000000001','[["nginx", "engine-x"], ["\u090f\u092a\u0940\u0906\u0908", "\u090f \u092a\u0940 \u0906\u0908"]]',2,1,1795251966033);
CREATE TABLE revisions (
	name VARCHAR(32) NOT NULL, 
	value BIGINT NOT NULL, 
	PRIMARY KEY (name)
);
INSERT INTO "revisions" VALUES('keys',3);
INSERT INTO "revisions" VALUES('dictionaries',1);
CREATE TABLE usage (
	day VARCHAR(10) NOT NULL, 
	account_id VARCHAR(32) NOT NULL, 
	key_id VARCHAR(32) NOT NULL, 
	requests BIGINT NOT NULL, 
	characters BIGINT NOT NULL, 
	audio_s FLOAT NOT NULL, 
	errors BIGINT NOT NULL, 
	PRIMARY KEY (day, account_id, key_id)
);
INSERT INTO "usage" VALUES('2026-11-21','acc_000000000000000000000001','key_bf13b5587ffaa8ba',1,5,1.5,0);
CREATE TABLE usage_writers (
	id VARCHAR(32) NOT NULL, 
	batch BIGINT NOT NULL, 
	written_ms BIGINT NOT NULL, 
	PRIMARY KEY (id)
);
INSERT INTO "usage_writers" VALUES('writer_8407266dc335ff9c',1,1795251966040);
CREATE INDEX dictionaries_account ON dictionaries (account_id, created_ms);
CREATE INDEX usage_account ON usage (account_id, day);
COMMIT;
