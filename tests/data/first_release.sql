-- A database as the first release left it: with tables of its own making and no migrations.
BEGIN TRANSACTION;
CREATE TABLE attempts (
    id INTEGER NOT NULL,
    attempt_id VARCHAR(64) NOT NULL,
    errand_id VARCHAR(64) NOT NULL,
    customer VARCHAR(255) NOT NULL,
    to_number VARCHAR(32) NOT NULL,
    business_name TEXT NOT NULL,
    errand_json TEXT NOT NULL,
    created_at FLOAT NOT NULL,
    call_sid VARCHAR(64) NOT NULL,
    state VARCHAR(16) NOT NULL,
    report_json TEXT,
    result_json TEXT,
    ended_at FLOAT,
    PRIMARY KEY (id),
    UNIQUE (attempt_id)
);
INSERT INTO "attempts" VALUES(1,'attempt-1','errand-1','whatsapp:+5491150000001','+541140000101','Peluquería Ana','{"errand_id":"errand-1","customer":"whatsapp:+5491150000001","customer_name":"Lu","language":"es","business":{"id":"p","name":"Peluquería Ana","address":"","phone":"+541140000101","rating":null,"rating_count":null,"kind":"","opening_hours":[],"timezone":""},"service":"corte","request":"","preferences":{"date_heard":"","time_heard":"","date":"2026-11-27","time_from":"","time_until":""}}',1100.0,'CA1','ended','{"attempt_id":"attempt-1","ending":{"cause":"agent_finished","blame":null,"detail":""},"call_sid":"CA1","conversation_id":"conv","answered":true,"talked_s":61.5,"timeline":[{"at_s":2.5,"kind":"said","text":"Peluquería, buen día","speaker":"business"}]}','{"status":"booked","date":"2026-11-27","time":"17:00","professional_name":null,"notes":null,"instructions":null}',1200.0);
INSERT INTO "attempts" VALUES(2,'attempt-2','errand-2','whatsapp:+5491150000001','+541140000102','Los Tilos','{}',1300.0,'','ordered',NULL,NULL,NULL);
CREATE TABLE conversations (
    customer VARCHAR(255) NOT NULL,
    state_json TEXT NOT NULL,
    PRIMARY KEY (customer)
);
INSERT INTO "conversations" VALUES('whatsapp:+5491150000001','{"status":"calling"}');
CREATE TABLE messages_in (
    id INTEGER NOT NULL,
    message_sid VARCHAR(64) NOT NULL,
    customer VARCHAR(255) NOT NULL,
    body TEXT NOT NULL,
    received_at FLOAT NOT NULL,
    profile_name TEXT NOT NULL,
    button_payload TEXT NOT NULL,
    latitude FLOAT,
    longitude FLOAT,
    media_type TEXT NOT NULL,
    media_url TEXT NOT NULL,
    handled INTEGER NOT NULL,
    PRIMARY KEY (id),
    UNIQUE (message_sid)
);
INSERT INTO "messages_in" VALUES(1,'SM00000000000000000000000000000001','whatsapp:+5491150000001','un turno mañana',1001.0,'Lu','',-34.6,NULL,'','',0);
CREATE TABLE messages_out (
    id INTEGER NOT NULL,
    message_id VARCHAR(160) NOT NULL,
    customer VARCHAR(255) NOT NULL,
    body TEXT NOT NULL,
    due_at FLOAT NOT NULL,
    attempt_id VARCHAR(64) NOT NULL,
    state VARCHAR(16) NOT NULL,
    message_sid VARCHAR(64) NOT NULL,
    error TEXT NOT NULL,
    tries INTEGER NOT NULL,
    delivery VARCHAR(16) NOT NULL,
    PRIMARY KEY (id),
    UNIQUE (message_id)
);
INSERT INTO "messages_out" VALUES(1,'result-1','whatsapp:+5491150000001','Listo',1200.0,'attempt-1','sent','SMout1','',1,'');
INSERT INTO "messages_out" VALUES(2,'progress-2','whatsapp:+5491150000001','Llamando',1303.0,'','waiting','','',0,'');
CREATE TABLE schema_info (
    "only" INTEGER NOT NULL,
    version INTEGER NOT NULL,
    PRIMARY KEY ("only")
);
INSERT INTO "schema_info" VALUES(1,1);
CREATE INDEX messages_in_waiting ON messages_in (handled, customer);
CREATE INDEX attempts_by_customer ON attempts (customer, created_at);
CREATE INDEX attempts_by_call_sid ON attempts (call_sid);
CREATE INDEX attempts_open ON attempts (state);
CREATE INDEX attempts_by_number ON attempts (to_number, created_at);
CREATE INDEX messages_out_waiting ON messages_out (state, customer);
CREATE INDEX messages_out_by_sid ON messages_out (message_sid);
CREATE INDEX messages_out_by_attempt ON messages_out (attempt_id);
COMMIT;
