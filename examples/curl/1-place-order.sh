#!/bin/sh
# Places an order as a guest. The Idempotency-Key makes it safe to run the same call again when no answer came.
. "$(dirname "$0")/common.sh"

answer=$(call "$URL/api/orders" \
  -H "authorization: Bearer $(token guest)" \
  -H 'content-type: application/json' \
  -H "idempotency-key: ${KEY:-example-$$-$(date +%s)}" \
  -d '{
    "siteId": "sweet-crumbs",
    "lines": [{ "sku": "birthday-cake", "quantity": 1, "note": "Happy birthday, Maya" }],
    "contact": { "name": "Maya", "email": "maya@example.org", "address": "Torstr. 1, Berlin" }
  }')
echo "$answer" | pretty
echo "$answer" | field id > "${ORDER_FILE:-${TMPDIR:-/tmp}/ordertrail-example-order}"
