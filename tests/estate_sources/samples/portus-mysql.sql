/*M!999999\- enable the sandbox mode */ 
-- MariaDB dump 10.19  Distrib 10.11.6-MariaDB, for debian-linux-gnu (x86_64)
--
-- Host: localhost    Database: portus_production
-- ------------------------------------------------------
/*!40101 SET NAMES utf8mb4 */;

--
-- Table structure for table `activities`
--

DROP TABLE IF EXISTS `activities`;
CREATE TABLE `activities` (
  `id` int(11) NOT NULL AUTO_INCREMENT,
  `trackable_type` varchar(255) DEFAULT NULL,
  PRIMARY KEY (`id`)
) ENGINE=InnoDB AUTO_INCREMENT=2 DEFAULT CHARSET=utf8;

--
-- Dumping data for table `activities`
--

LOCK TABLES `activities` WRITE;
INSERT INTO `activities` VALUES
(1,'Namespace; of INSERT INTO `users`');
UNLOCK TABLES;

--
-- Table structure for table `users`
--

DROP TABLE IF EXISTS `users`;
CREATE TABLE `users` (
  `id` int(11) NOT NULL AUTO_INCREMENT,
  `username` varchar(255) NOT NULL DEFAULT '',
  `email` varchar(255) DEFAULT '',
  `encrypted_password` varchar(255) NOT NULL DEFAULT '',
  `sign_in_count` int(11) NOT NULL DEFAULT 0,
  `created_at` datetime DEFAULT NULL,
  `admin` tinyint(1) DEFAULT 0,
  `enabled` tinyint(1) DEFAULT 1,
  `namespace_id` int(11) DEFAULT NULL,
  `display_name` varchar(255) DEFAULT NULL,
  `provider` varchar(255) DEFAULT NULL,
  `uid` varchar(255) DEFAULT NULL,
  `bot` tinyint(1) DEFAULT 0,
  PRIMARY KEY (`id`),
  UNIQUE KEY `index_users_on_username` (`username`)
) ENGINE=InnoDB AUTO_INCREMENT=8 DEFAULT CHARSET=utf8;

--
-- Dumping data for table `users`
--

LOCK TABLES `users` WRITE;
INSERT INTO `users` VALUES
(1,'portus','portus@portus.com','$2a$10$aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',0,'2019-03-01 10:00:00',1,1,NULL,NULL,NULL,NULL,0),
(2,'alice','alice@example.com','$2a$10$bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb',12,'2019-03-02 10:00:00',1,1,2,'Alice O\'Hara',NULL,NULL,0),
(3,'b.smith','bob@example.com','$2a$10$ccccccccccccccccccccccccccccccccccccccccccccccccccccc',3,'2019-03-03 10:00:00',0,1,3,'Bob (the \"builder\"), ü','github','4711',0),
(4,'carol','carol@example.com','$2a$10$ddddddddddddddddddddddddddddddddddddddddddddddddddddd',3,'2019-03-04 10:00:00',0,0,4,NULL,NULL,NULL,0),
(5,'builder','builder@example.com','$2a$10$eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee',0,'2019-03-05 10:00:00',0,1,NULL,NULL,NULL,NULL,1);
UNLOCK TABLES;

--
-- Table structure for table `teams`
--

CREATE TABLE `teams` (
  `id` int(11) NOT NULL AUTO_INCREMENT,
  `name` varchar(255) DEFAULT NULL,
  `created_at` datetime NOT NULL,
  `hidden` tinyint(1) DEFAULT 0,
  `description` text,
  PRIMARY KEY (`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8;

LOCK TABLES `teams` WRITE;
INSERT INTO `teams` VALUES (1,'portus_global_team_1','2019-03-01 10:00:00',1,NULL),(2,'alice','2019-03-02 10:00:00',1,NULL),(3,'b.smith','2019-03-03 10:00:00',1,NULL),(4,'carol','2019-03-04 10:00:00',1,NULL),(5,'acme','2019-03-05 10:00:00',0,'We make\nanvils'),(6,'idle','2019-03-05 10:00:00',0,'');
UNLOCK TABLES;

CREATE TABLE `team_users` (
  `id` int(11) NOT NULL AUTO_INCREMENT,
  `user_id` int(11) DEFAULT NULL,
  `team_id` int(11) DEFAULT NULL,
  `role` int(11) DEFAULT 0,
  PRIMARY KEY (`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8;

LOCK TABLES `team_users` WRITE;
INSERT INTO `team_users` VALUES (1,2,1,2),(2,2,2,2),(3,3,3,2),(4,4,4,2),(5,2,5,2),(6,4,5,1),(7,5,5,1),(8,3,5,0),(9,2,6,2),(10,4,5,7);
UNLOCK TABLES;

CREATE TABLE `namespaces` (
  `id` int(11) NOT NULL AUTO_INCREMENT,
  `name` varchar(255) DEFAULT NULL,
  `created_at` datetime NOT NULL,
  `team_id` int(11) DEFAULT NULL,
  `registry_id` int(11) NOT NULL,
  `global` tinyint(1) DEFAULT 0,
  `description` text,
  `visibility` int(11) DEFAULT NULL,
  PRIMARY KEY (`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8;

LOCK TABLES `namespaces` WRITE;
INSERT INTO `namespaces` VALUES (1,'registry.example.com:5000','2019-03-01 10:00:00',1,1,1,'The global namespace',2),(2,'alice','2019-03-02 10:00:00',2,1,0,'This personal namespace belongs to alice.',0),(3,'b.smith','2019-03-03 10:00:00',3,1,0,'',0),(4,'carol','2019-03-04 10:00:00',4,1,0,'',NULL),(5,'acme','2019-03-05 10:00:00',5,1,0,'Anvils',1),(6,'ops_team','2019-03-05 10:00:00',5,1,0,'',2);
UNLOCK TABLES;

CREATE TABLE `repositories` (
  `id` int(11) NOT NULL AUTO_INCREMENT,
  `name` varchar(255) NOT NULL DEFAULT '',
  `namespace_id` int(11) DEFAULT NULL,
  `created_at` datetime NOT NULL,
  `description` text,
  PRIMARY KEY (`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8;

LOCK TABLES `repositories` WRITE;
INSERT INTO `repositories` (`id`, `name`, `namespace_id`, `created_at`, `description`) VALUES (1,'busybox',1,'2019-03-06 10:00:00',NULL),(2,'anvil',5,'2019-03-06 10:00:00','# Anvils\n\nthat fall; \'quickly\''),(3,'tools/hammer',6,'2019-03-06 10:00:00',''),(4,'notes',2,'2019-03-06 10:00:00','Mine'),(5,'lost',99,'2019-03-06 10:00:00','');
UNLOCK TABLES;

CREATE TABLE `stars` (
  `id` int(11) NOT NULL AUTO_INCREMENT,
  `user_id` int(11) DEFAULT NULL,
  `repository_id` int(11) DEFAULT NULL,
  `created_at` datetime NOT NULL,
  PRIMARY KEY (`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8;

LOCK TABLES `stars` WRITE;
INSERT INTO `stars` VALUES (1,2,2,'2019-04-01 10:00:00'),(2,3,2,'2019-04-01 10:00:00');
UNLOCK TABLES;

CREATE TABLE `application_tokens` (
  `id` int(11) NOT NULL AUTO_INCREMENT,
  `application` varchar(255) NOT NULL,
  `token_hash` varchar(255) NOT NULL,
  `token_salt` varchar(255) NOT NULL,
  `user_id` int(11) NOT NULL,
  PRIMARY KEY (`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8;

LOCK TABLES `application_tokens` WRITE;
INSERT INTO `application_tokens` VALUES (1,'jenkins','$2a$10$never-read','salt',2);
UNLOCK TABLES;

CREATE TABLE `webhooks` (
  `id` int(11) NOT NULL AUTO_INCREMENT,
  `namespace_id` int(11) DEFAULT NULL,
  `url` varchar(255) DEFAULT NULL,
  `username` varchar(255) DEFAULT NULL,
  `password` varchar(255) DEFAULT NULL,
  `enabled` tinyint(1) DEFAULT 0,
  `name` varchar(255) NOT NULL,
  PRIMARY KEY (`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8;

LOCK TABLES `webhooks` WRITE;
INSERT INTO `webhooks` VALUES (1,5,'https://ci.example.com/hook','ci','hunter2',1,'Build');
UNLOCK TABLES;

CREATE TABLE `registries` (
  `id` int(11) NOT NULL AUTO_INCREMENT,
  `name` varchar(255) NOT NULL,
  `hostname` varchar(255) NOT NULL,
  PRIMARY KEY (`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8;

LOCK TABLES `registries` WRITE;
INSERT INTO `registries` VALUES (1,'registry','registry.example.com:5000');
UNLOCK TABLES;

CREATE TABLE `tags` (
  `id` int(11) NOT NULL AUTO_INCREMENT,
  `name` varchar(255) NOT NULL DEFAULT 'latest',
  `repository_id` int(11) NOT NULL,
  PRIMARY KEY (`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8;

LOCK TABLES `tags` WRITE;
INSERT INTO `tags` VALUES (1,'latest',1),(2,'1.0',2);
UNLOCK TABLES;

-- Dump completed on 2026-11-20 12:00:00
