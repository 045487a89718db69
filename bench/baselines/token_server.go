// A token server as small as one can be, to compare with: users, tokens and rights in memory, an
// ES256 key, net/http, encoding/json and crypto/ecdsa of Go's own library. It has no database, no
// revocation and no password hash.
package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"log"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"
)

const service = "index.test"

type entry struct {
	Type    string   `json:"type"`
	Name    string   `json:"name"`
	Actions []string `json:"actions"`
}

type claims struct {
	Issuer    string  `json:"iss"`
	Subject   string  `json:"sub"`
	Audience  string  `json:"aud"`
	Expires   int64   `json:"exp"`
	NotBefore int64   `json:"nbf"`
	IssuedAt  int64   `json:"iat"`
	ID        string  `json:"jti"`
	Access    []entry `json:"access"`
}

type answer struct {
	Token       string `json:"token"`
	AccessToken string `json:"access_token"`
	ExpiresIn   int    `json:"expires_in"`
	IssuedAt    string `json:"issued_at"`
}

var (
	// who, then repository: what is allowed; "" is nobody
	rights = map[string]map[string][]string{
		"":      {"bench/public": {"pull"}},
		"bench": {"bench/public": {"pull"}, "bench/app": {"pull", "push"}},
	}
	secretDigests = map[string][32]byte{"bench": sha256.Sum256([]byte("secret"))}
	key           *ecdsa.PrivateKey
	header        string
)

func main() {
	var err error
	if key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader); err != nil {
		log.Fatal(err)
	}
	// as long as a header with a certificate chain of one
	header = encode([]byte(`{"alg":"ES256","typ":"JWT","x5c":["` + strings.Repeat("A", 700) + `"]}`))
	http.HandleFunc("/empty", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(204) })
	http.HandleFunc("/token", token)
	log.Fatal(http.ListenAndServe(os.Args[1], nil))
}

func token(w http.ResponseWriter, r *http.Request) {
	login, secret, shown := r.BasicAuth()
	if shown && sha256.Sum256([]byte(secret)) != secretDigests[login] {
		http.Error(w, "unauthorized", http.StatusUnauthorized)
		return
	}
	query := r.URL.Query()
	if query.Get("service") != service {
		http.Error(w, "unknown service", http.StatusBadRequest)
		return
	}
	signed, err := sign(login, granted(login, query["scope"]))
	if err != nil {
		http.Error(w, "no signature", http.StatusInternalServerError)
		return
	}
	body, err := json.Marshal(answer{signed, signed, 300, time.Now().UTC().Format(time.RFC3339)})
	if err != nil {
		http.Error(w, "no answer", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.Header().Set("Cache-Control", "no-store")
	w.Write(body)
}

// granted returns what is asked for and allowed.
func granted(login string, scopes []string) []entry {
	found := []entry{}
	for _, scope := range scopes {
		parts := strings.SplitN(scope, ":", 3)
		if len(parts) != 3 || parts[0] != "repository" {
			continue
		}
		actions := []string{}
		for _, wanted := range strings.Split(parts[2], ",") {
			for _, allowed := range rights[login][parts[1]] {
				if wanted == allowed {
					actions = append(actions, wanted)
				}
			}
		}
		if len(actions) > 0 {
			found = append(found, entry{parts[0], parts[1], actions})
		}
	}
	return found
}

func sign(login string, access []entry) (string, error) {
	id := make([]byte, 16)
	rand.Read(id)
	now := time.Now().Unix()
	body, err := json.Marshal(claims{
		"https://index.test", login, service, now + 300, now - 60, now, hex.EncodeToString(id), access,
	})
	if err != nil {
		return "", err
	}
	text := header + "." + encode(body)
	digest := sha256.Sum256([]byte(text))
	r, s, err := ecdsa.Sign(rand.Reader, key, digest[:])
	if err != nil {
		return "", err
	}
	raw := make([]byte, 64)
	r.FillBytes(raw[:32])
	s.FillBytes(raw[32:])
	return text + "." + encode(raw), nil
}

func encode(data []byte) string { return base64.RawURLEncoding.EncodeToString(data) }
