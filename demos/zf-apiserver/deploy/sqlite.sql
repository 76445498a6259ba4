-- The tables of the poll applications for SQLite. May be run again; main.php does it at its first start.

CREATE TABLE IF NOT EXISTS "user" (
    id INTEGER PRIMARY KEY,
    username TEXT NOT NULL UNIQUE,
    password TEXT -- of password_hash(); NULL: can't log in
);

CREATE TABLE IF NOT EXISTS poll (
    id INTEGER PRIMARY KEY,
    question TEXT NOT NULL UNIQUE
);

CREATE TABLE IF NOT EXISTS poll_option (
    poll_id INTEGER NOT NULL REFERENCES poll (id) ON DELETE CASCADE,
    letter TEXT NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (poll_id, letter)
);

INSERT INTO poll (id, question)
SELECT 1, 'What framework do you prefer?' WHERE NOT EXISTS (SELECT 1 FROM poll);

INSERT INTO poll_option (poll_id, letter, text)
SELECT 1, 'a', 'Zend Framework' WHERE NOT EXISTS (SELECT 1 FROM poll_option)
UNION ALL SELECT 1, 'b', 'Symphony' WHERE NOT EXISTS (SELECT 1 FROM poll_option)
UNION ALL SELECT 1, 'c', 'I just write code' WHERE NOT EXISTS (SELECT 1 FROM poll_option);

-- The last one: where it is, main.php takes everything for done. One row per user and poll is one vote.
CREATE TABLE IF NOT EXISTS poll_choice (
    poll_id INTEGER NOT NULL,
    user_id INTEGER NOT NULL REFERENCES "user" (id) ON DELETE CASCADE,
    letter TEXT NOT NULL,
    PRIMARY KEY (poll_id, user_id),
    FOREIGN KEY (poll_id, letter) REFERENCES poll_option (poll_id, letter) ON DELETE CASCADE
);
