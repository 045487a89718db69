--
-- PostgreSQL database dump
--

\restrict 5Y0k3

-- Dumped from database version 15.12
-- Dumped by pg_dump version 15.12

SET client_encoding = 'UTF8';

--
-- Data for Name: artifact; Type: TABLE DATA; Schema: public; Owner: postgres
--

COPY public.artifact (id, project_id, repository_name, digest) FROM stdin;
1	2	acme/anvil	sha256:00
\.

--
-- Data for Name: harbor_user; Type: TABLE DATA; Schema: public; Owner: postgres
--

COPY public.harbor_user (user_id, username, email, password, realname, comment, deleted, reset_uuid, salt, sysadmin_flag, creation_time, update_time, password_version) FROM stdin;
1	admin	\N	x	system admin	admin user	f	\N	s	t	2024-01-01 10:00:00	2024-01-01 10:00:00	sha256
2	anonymous	\N		anonymous user	anonymous user	t	\N	\N	f	2024-01-01 10:00:00	2024-01-01 10:00:00	sha256
3	alice	alice@example.com	0a1b	Alice \\ Adams		f	\N	s	t	2024-01-02 10:00:00.123456	2024-01-02 10:00:00	pbkdf2_sha256
4	Bob.Smith	bob@example.com	0a1b	Bob		f	\N	s	f	2024-01-03 10:00:00	2024-01-02 10:00:00	sha256
5	carol	carol@example.com		Carol		f	\N	\N	f	2024-01-04 10:00:00	2024-01-02 10:00:00	sha256
6	gone#6	gone@example.com#6	0a1b	Gone		t	\N	s	f	2024-01-04 10:00:00	2024-01-02 10:00:00	sha256
7	grace	grace@example.com	0a1b	Grace		f	\N	s	f	2024-01-04 10:00:00	2024-01-02 10:00:00	sha256
\.

--
-- Data for Name: project; Type: TABLE DATA; Schema: public; Owner: postgres
--

COPY public.project (project_id, owner_id, name, creation_time, update_time, deleted, registry_id) FROM stdin;
1	1	library	2024-01-01 10:00:00	2024-01-01 10:00:00	f	\N
2	3	acme	2024-01-05 10:00:00	2024-01-01 10:00:00	f	\N
3	1	hub-cache	2024-01-05 10:00:00	2024-01-01 10:00:00	f	1
4	3	old#4	2024-01-05 10:00:00	2024-01-01 10:00:00	t	\N
5	3	open_source	2024-01-05 10:00:00	2024-01-01 10:00:00	f	0
\.

--
-- Data for Name: project_member; Type: TABLE DATA; Schema: public; Owner: postgres
--

COPY public.project_member (id, project_id, entity_id, entity_type, role, creation_time, update_time) FROM stdin;
1	1	1	u	1	2024-01-05 10:00:00	2024-01-05 10:00:00
2	2	3	u	1	2024-01-05 10:00:00	2024-01-05 10:00:00
3	2	5	u	4	2024-01-05 10:00:00	2024-01-05 10:00:00
4	2	4	u	2	2024-01-05 10:00:00	2024-01-05 10:00:00
5	2	7	u	5	2024-01-05 10:00:00	2024-01-05 10:00:00
6	2	1	g	3	2024-01-05 10:00:00	2024-01-05 10:00:00
7	2	2	g	2	2024-01-05 10:00:00	2024-01-05 10:00:00
8	5	3	u	1	2024-01-05 10:00:00	2024-01-05 10:00:00
9	2	6	u	9	2024-01-05 10:00:00	2024-01-05 10:00:00
\.

--
-- Data for Name: project_metadata; Type: TABLE DATA; Schema: public; Owner: postgres
--

COPY public.project_metadata (id, project_id, name, value, creation_time, update_time) FROM stdin;
1	1	public	true	2024-01-05 10:00:00	2024-01-05 10:00:00
2	2	public	false	2024-01-05 10:00:00	2024-01-05 10:00:00
3	2	auto_scan	true	2024-01-05 10:00:00	2024-01-05 10:00:00
4	5	public	true	2024-01-05 10:00:00	2024-01-05 10:00:00
\.

--
-- Data for Name: user_group; Type: TABLE DATA; Schema: public; Owner: postgres
--

COPY public.user_group (id, group_name, group_type, ldap_group_dn, creation_time, update_time) FROM stdin;
1	auditors	1	cn=auditors,ou=groups,dc=example,dc=com	2024-01-05 10:00:00	2024-01-05 10:00:00
2	developers	3		2024-01-05 10:00:00	2024-01-05 10:00:00
\.

--
-- Data for Name: repository; Type: TABLE DATA; Schema: public; Owner: postgres
--

COPY public.repository (repository_id, name, project_id, description, pull_count, star_count, creation_time, update_time) FROM stdin;
1	library/busybox	1	\N	5	0	2024-01-06 10:00:00	2024-01-06 10:00:00
2	acme/anvil	2	Falls\nfast	42	0	2024-01-06 10:00:00	2024-01-06 10:00:00
3	acme/tools/hammer	2		0	0	2024-01-06 10:00:00	2024-01-06 10:00:00
4	hub-cache/library/debian	3		0	0	2024-01-06 10:00:00	2024-01-06 10:00:00
5	open_source/kit	5		0	0	2024-01-06 10:00:00	2024-01-06 10:00:00
\.

--
-- Data for Name: robot; Type: TABLE DATA; Schema: public; Owner: postgres
--

COPY public.robot (id, name, description, project_id, expiresat, disabled, creation_time, update_time, visible, secret, salt, duration, creator_ref, creator_type) FROM stdin;
1	acme+ci	Builds	2	-1	f	2024-01-07 10:00:00	2024-01-07 10:00:00	t	0a1b	salt	30	3	local
2	mirror	Reads all	0	-1	f	2024-01-07 10:00:00	2024-01-07 10:00:00	t	0a1b	salt	30	3	local
3	acme+old		2	1700000000	f	2024-01-07 10:00:00	2024-01-07 10:00:00	t	0a1b	salt	30	3	local
4	ci	The other	0	-1	f	2024-01-07 10:00:00	2024-01-07 10:00:00	t	0a1b	salt	30	3	local
5	acme+idle		2	-1	t	2024-01-07 10:00:00	2024-01-07 10:00:00	t	0a1b	salt	30	3	local
\.

--
-- Data for Name: role_permission; Type: TABLE DATA; Schema: public; Owner: postgres
--

COPY public.role_permission (id, role_type, role_id, permission_policy_id, creation_time) FROM stdin;
1	robotaccount	1	1	2024-01-07 10:00:00
2	robotaccount	1	2	2024-01-07 10:00:00
3	robotaccount	1	3	2024-01-07 10:00:00
4	robotaccount	2	4	2024-01-07 10:00:00
5	robotaccount	3	1	2024-01-07 10:00:00
6	robotaccount	4	1	2024-01-07 10:00:00
\.

--
-- Data for Name: permission_policy; Type: TABLE DATA; Schema: public; Owner: postgres
--

COPY public.permission_policy (id, scope, resource, action, effect, creation_time) FROM stdin;
1	/project/2	repository	pull		2024-01-07 10:00:00
2	/project/2	repository	push		2024-01-07 10:00:00
3	/project/2	artifact	delete		2024-01-07 10:00:00
4	/project/*	repository	pull		2024-01-07 10:00:00
\.

--
-- Data for Name: quota; Type: TABLE DATA; Schema: public; Owner: postgres
--

COPY public.quota (id, reference, reference_id, hard, creation_time, update_time, version) FROM stdin;
1	project	2	{"storage": 10737418240}	2024-01-07 10:00:00	2024-01-07 10:00:00	0
2	project	5	{"storage": -1}	2024-01-07 10:00:00	2024-01-07 10:00:00	0
\.

--
-- Data for Name: immutable_tag_rule; Type: TABLE DATA; Schema: public; Owner: postgres
--

COPY public.immutable_tag_rule (id, project_id, tag_filter, disabled, creation_time) FROM stdin;
1	2	{"id": 0, "project_id": 2, "disabled": false, "priority": 0, "action": "immutable", "template": "immutable_template", "tag_selectors": [{"kind": "doublestar", "decoration": "matches", "pattern": "v**", "extras": ""}], "scope_selectors": {"repository": [{"kind": "doublestar", "decoration": "repoMatches", "pattern": "**"}]}}	f	2024-01-07 10:00:00
2	2	{"id": 0, "project_id": 2, "disabled": false, "priority": 0, "action": "immutable", "template": "immutable_template", "tag_selectors": [{"kind": "doublestar", "decoration": "matches", "pattern": "{stable,lts}", "extras": ""}], "scope_selectors": {"repository": [{"kind": "doublestar", "decoration": "repoMatches", "pattern": "anvil"}]}}	f	2024-01-07 10:00:00
3	2	{"id": 0, "project_id": 2, "disabled": false, "priority": 0, "action": "immutable", "template": "immutable_template", "tag_selectors": [{"kind": "doublestar", "decoration": "excludes", "pattern": "dev", "extras": ""}], "scope_selectors": {"repository": [{"kind": "doublestar", "decoration": "repoMatches", "pattern": "**"}]}}	f	2024-01-07 10:00:00
4	2	{"id": 0, "project_id": 2, "disabled": false, "priority": 0, "action": "immutable", "template": "immutable_template", "tag_selectors": [{"kind": "doublestar", "decoration": "matches", "pattern": "x", "extras": ""}], "scope_selectors": {"repository": [{"kind": "doublestar", "decoration": "repoMatches", "pattern": "**"}]}}	t	2024-01-07 10:00:00
\.

--
-- Data for Name: retention_policy; Type: TABLE DATA; Schema: public; Owner: postgres
--

COPY public.retention_policy (id, scope_level, scope_reference, trigger_kind, data, create_time, update_time) FROM stdin;
1	project	2	Schedule	{"algorithm": "or", "rules": [{"id": 1, "priority": 1, "disabled": false, "action": "retain", "template": "latestPushedK", "params": {"latestPushedK": 10}, "tag_selectors": [{"kind": "doublestar", "decoration": "matches", "pattern": "**"}], "scope_selectors": {"repository": [{"kind": "doublestar", "decoration": "repoMatches", "pattern": "**"}]}}], "trigger": {"kind": "Schedule", "settings": {"cron": "0 0 0 * * *"}}, "scope": {"level": "project", "ref": 2}}	2024-01-07 10:00:00	2024-01-07 10:00:00
\.

--
-- Data for Name: harbor_label; Type: TABLE DATA; Schema: public; Owner: postgres
--

COPY public.harbor_label (id, name, description, color, level, scope, project_id, creation_time, update_time, deleted) FROM stdin;
1	tested		#fff	u	g	0	2024-01-07 10:00:00	2024-01-07 10:00:00	f
\.

--
-- Data for Name: notification_policy; Type: TABLE DATA; Schema: public; Owner: postgres
--

COPY public.notification_policy (id, name, project_id, enabled, description, targets, event_types, creator, creation_time, update_time) FROM stdin;
1	Build	2	t		[{"type":"http","address":"https://ci.example.com/hook","auth_header":"Bearer abc","skip_cert_verify":false,"payload_format":"Default"}]	["PUSH_ARTIFACT","PULL_ARTIFACT"]	alice	2024-01-07 10:00:00	2024-01-07 10:00:00
\.

--
-- Data for Name: oidc_user; Type: TABLE DATA; Schema: public; Owner: postgres
--

COPY public.oidc_user (id, user_id, secret, subiss, token, creation_time, update_time) FROM stdin;
1	5	x	4711https://id.example.com	x	2024-01-07 10:00:00	2024-01-07 10:00:00
\.

--
-- Data for Name: p2p_preheat_instance; Type: TABLE DATA; Schema: public; Owner: postgres
--

COPY public.p2p_preheat_instance (id, name) FROM stdin;
\.

--
-- PostgreSQL database dump complete
--

\unrestrict 5Y0k3

