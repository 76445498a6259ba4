-- The tables of the poll applications for MySQL and MariaDB. May be run again; main.php does it at its first start.

CREATE TABLE IF NOT EXISTS `user` (
    id INT AUTO_INCREMENT PRIMARY KEY,
    username VARCHAR(64) NOT NULL UNIQUE,
    password VARCHAR(255) -- of password_hash(); NULL: can't log in
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE IF NOT EXISTS poll (
    id INT AUTO_INCREMENT PRIMARY KEY,
    question VARCHAR(200) NOT NULL UNIQUE
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE IF NOT EXISTS poll_option (
    poll_id INT NOT NULL,
    letter VARCHAR(1) NOT NULL,
    text VARCHAR(100) NOT NULL,
    PRIMARY KEY (poll_id, letter),
    FOREIGN KEY (poll_id) REFERENCES poll (id) ON DELETE CASCADE
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

INSERT IGNORE INTO poll (question) VALUES ('What framework do you prefer?');

INSERT IGNORE INTO poll_option (poll_id, letter, text)
SELECT poll.id, options.letter, options.text
FROM poll, (
    SELECT 'a' AS letter, 'Zend Framework' AS text
    UNION SELECT 'b', 'Symphony'
    UNION SELECT 'c', 'I just write code'
) AS options
WHERE question = 'What framework do you prefer?';

-- The last one: where it is, main.php takes everything for done. One row per user and poll is one vote.
CREATE TABLE IF NOT EXISTS poll_choice (
    poll_id INT NOT NULL,
    user_id INT NOT NULL,
    letter VARCHAR(1) NOT NULL,
    PRIMARY KEY (poll_id, user_id),
    FOREIGN KEY (user_id) REFERENCES `user` (id) ON DELETE CASCADE,
    FOREIGN KEY (poll_id, letter) REFERENCES poll_option (poll_id, letter) ON DELETE CASCADE
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
