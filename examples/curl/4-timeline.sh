#!/bin/sh
# Everything that has happened to the order, as support sees it: who did what, when and why. That it was read is recorded.
. "$(dirname "$0")/common.sh"

answer=$(call "$URL/api/orders/$(order_of "$@")/timeline" -H "authorization: Bearer $(token support)")
echo "$answer" | pretty
