// A database for Trivy 0.44 (schema 2) of the advisories that temper is given, so that both match the same:
// trivy_db FEED.tsv trivy.db metadata.json. A line is package, id, fixed version or nothing, severity.
package main

import (
	"bufio"
	"encoding/json"
	"log"
	"os"
	"strings"
	"time"

	bolt "go.etcd.io/bbolt"
)

const platform = "debian 12"

func put(b *bolt.Bucket, key string, value any) {
	text, err := json.Marshal(value)
	if err == nil {
		err = b.Put([]byte(key), text)
	}
	if err != nil {
		log.Fatal(err)
	}
}

func bucket(in interface {
	CreateBucketIfNotExists([]byte) (*bolt.Bucket, error)
}, name string) *bolt.Bucket {
	b, err := in.CreateBucketIfNotExists([]byte(name))
	if err != nil {
		log.Fatal(err)
	}
	return b
}

func fill(tx *bolt.Tx, feed *os.File) {
	packages, vulnerabilities := bucket(tx, platform), bucket(tx, "vulnerability")
	put(bucket(tx, "data-source"), platform, map[string]string{"ID": "debian", "Name": "Debian Security Tracker"})
	for lines := bufio.NewScanner(feed); lines.Scan(); {
		column := strings.Split(lines.Text(), "\t")
		advisory := map[string]string{}
		if column[2] != "" {
			advisory["FixedVersion"] = column[2]
		}
		put(bucket(packages, column[0]), column[1], advisory)
		put(vulnerabilities, column[1], map[string]any{"Title": column[1], "Severity": column[3]})
	}
}

func main() {
	feed, err := os.Open(os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	db, err := bolt.Open(os.Args[2], 0o644, nil)
	if err != nil {
		log.Fatal(err)
	}
	if err := db.Update(func(tx *bolt.Tx) error { fill(tx, feed); return nil }); err != nil {
		log.Fatal(err)
	}
	db.Close()
	now := time.Now()
	text, _ := json.Marshal(map[string]any{"Version": 2, "NextUpdate": now.AddDate(1, 0, 0), "UpdatedAt": now, "DownloadedAt": now})
	if err := os.WriteFile(os.Args[3], text, 0o644); err != nil {
		log.Fatal(err)
	}
}
