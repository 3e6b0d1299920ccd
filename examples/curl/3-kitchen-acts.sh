#!/bin/sh
# The kitchen accepts the order, takes it through its stations and says that it is ready.
. "$(dirname "$0")/common.sh"

order=$(order_of "$@")
seen=$(call "$URL/api/orders/$order" -H "authorization: Bearer $(token support)")
fulfilment=$(echo "$seen" | field fulfilmentId)
site=$(echo "$seen" | field siteId)
seen=$(call "$URL/api/sites/$site" -H "authorization: Bearer $(token guest)")
stations=$(echo "$seen" | tr -d '\n' | sed 's/.*"stations": *\[\([^]]*\)\].*/\1/; s/[",]/ /g')
kitchen=$(token kitchen "$site")

act() {
  echo "$1"
  answer=$(call -X POST "$URL/api/orders/$order/fulfilments/$fulfilment/$1" \
    -H "authorization: Bearer $kitchen" -H "idempotency-key: $order-$1")
  echo "$answer" | pretty
}
act accept
for station in $stations; do
  act "stations/$station/start"
  act "stations/$station/complete"
done
act ready
