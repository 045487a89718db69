--
-- PostgreSQL database dump
--

-- Dumped from database version 13.14
-- Dumped by pg_dump version 13.14

SET client_encoding = 'UTF8';

--
-- Data for Name: user; Type: TABLE DATA; Schema: public; Owner: quay
--

COPY public."user" (id, uuid, username, password_hash, email, verified, stripe_id, organization, robot, invoice_email, invalid_login_attempts, last_invalid_login, removed_tag_expiration_s, enabled, given_name, family_name, location, creation_date) FROM stdin;
1	u1	alice	$2b$12$aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa	alice@example.com	t	\N	f	f	f	0	2024-01-01 10:00:00	1209600	t	Alice	Adams	\N	2024-01-01 10:00:00.5
2	u2	bob	\N	bob@example.com	f	\N	f	f	f	0	2024-01-01 10:00:00	1209600	t	\N	\N	\N	2024-01-01 10:00:00.5
3	u3	carol	$2b$12$bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb	carol@example.com	t	\N	f	f	f	0	2024-01-01 10:00:00	1209600	f	\N	\N	\N	2024-01-01 10:00:00.5
4	u4	acme	\N	1f0e-acme	f	\N	t	f	f	0	2024-01-01 10:00:00	1209600	t	\N	\N	\N	2024-01-01 10:00:00.5
5	u5	acme+ci	\N	5c0b	f	\N	f	t	f	0	2024-01-01 10:00:00	1209600	t	\N	\N	\N	2024-01-01 10:00:00.5
6	u6	alice+laptop	\N	6c0b	f	\N	f	t	f	0	2024-01-01 10:00:00	1209600	t	\N	\N	\N	2024-01-01 10:00:00.5
7	u7	bob+ci	\N	7c0b	f	\N	f	t	f	0	2024-01-01 10:00:00	1209600	t	\N	\N	\N	2024-01-01 10:00:00.5
\.

--
-- Data for Name: teamrole; Type: TABLE DATA; Schema: public; Owner: quay
--

COPY public.teamrole (id, name) FROM stdin;
1	admin
2	creator
3	member
\.

--
-- Data for Name: team; Type: TABLE DATA; Schema: public; Owner: quay
--

COPY public.team (id, name, organization_id, role_id, description) FROM stdin;
1	owners	4	1	
2	developers	4	2	They develop
3	Q_A	4	3	
\.

--
-- Data for Name: teammember; Type: TABLE DATA; Schema: public; Owner: quay
--

COPY public.teammember (id, user_id, team_id) FROM stdin;
1	1	1
2	3	2
3	5	2
4	3	3
5	2	2
6	5	1
\.

--
-- Data for Name: repositorykind; Type: TABLE DATA; Schema: public; Owner: quay
--

COPY public.repositorykind (id, name) FROM stdin;
1	image
2	application
\.

--
-- Data for Name: visibility; Type: TABLE DATA; Schema: public; Owner: quay
--

COPY public.visibility (id, name) FROM stdin;
1	public
2	private
\.

--
-- Data for Name: role; Type: TABLE DATA; Schema: public; Owner: quay
--

COPY public.role (id, name) FROM stdin;
1	admin
2	write
3	read
\.

--
-- Data for Name: repository; Type: TABLE DATA; Schema: public; Owner: quay
--

COPY public.repository (id, namespace_user_id, name, visibility_id, description, badge_token, kind_id, trust_enabled, state) FROM stdin;
1	4	anvil	1	Falls fast	x	1	f	0
2	4	chart	2		x	2	f	0
3	1	notes	2	\N	x	1	f	1
4	4	0c1d-2e	2		x	1	f	3
5	2	mine	2		x	1	f	0
6	4	mirror	9		x	1	f	2
\.

--
-- Data for Name: repositorypermission; Type: TABLE DATA; Schema: public; Owner: quay
--

COPY public.repositorypermission (id, team_id, user_id, repository_id, role_id) FROM stdin;
1	2	\N	1	2
2	\N	3	3	3
3	\N	5	6	3
4	1	\N	1	1
5	\N	2	1	1
6	\N	6	3	2
\.

--
-- Data for Name: permissionprototype; Type: TABLE DATA; Schema: public; Owner: quay
--

COPY public.permissionprototype (id, org_id, uuid, activating_user_id, delegate_user_id, delegate_team_id, role_id) FROM stdin;
1	4	a	\N	\N	2	3
2	4	b	1	\N	2	1
3	4	c	\N	3	\N	2
\.

--
-- Data for Name: star; Type: TABLE DATA; Schema: public; Owner: quay
--

COPY public.star (id, user_id, repository_id, created) FROM stdin;
1	1	1	2024-02-01 10:00:00
2	2	1	2024-02-01 10:00:00
\.

--
-- Data for Name: externalnotificationevent; Type: TABLE DATA; Schema: public; Owner: quay
--

COPY public.externalnotificationevent (id, name) FROM stdin;
1	repo_push
2	vulnerability_found
\.

--
-- Data for Name: externalnotificationmethod; Type: TABLE DATA; Schema: public; Owner: quay
--

COPY public.externalnotificationmethod (id, name) FROM stdin;
1	quay_notification
2	email
3	webhook
\.

--
-- Data for Name: repositorynotification; Type: TABLE DATA; Schema: public; Owner: quay
--

COPY public.repositorynotification (id, uuid, repository_id, event_id, method_id, title, config_json, event_config_json, number_of_failures) FROM stdin;
1	a	1	1	3	Build	{"url": "https://ci.example.com/hook"}	{}	0
2	b	1	2	2	\N	{"email": "a@example.com"}	{}	0
\.

--
-- Data for Name: robotaccountmetadata; Type: TABLE DATA; Schema: public; Owner: quay
--

COPY public.robotaccountmetadata (id, robot_account_id, description, unstructured_json) FROM stdin;
1	5	Builds	{}
\.

--
-- Data for Name: teamsync; Type: TABLE DATA; Schema: public; Owner: quay
--

COPY public.teamsync (id, team_id, transaction_id, last_updated, service_id, config) FROM stdin;
1	2	a	\N	4	{"group_dn": "cn=dev"}
\.

--
-- Data for Name: appspecificauthtoken; Type: TABLE DATA; Schema: public; Owner: quay
--

COPY public.appspecificauthtoken (id, user_id) FROM stdin;
1	1
\.

--
-- PostgreSQL database dump complete
--

