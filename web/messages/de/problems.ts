/**
 * What the API's refusals mean to the person at the screen, by their code, in German. In English the API's own words
 * are shown, which know more of the case.
 */
export const deProblems: Readonly<Record<string, string>> = {
  order_not_found: "Diese Bestellung gibt es nicht.",
  customer_unknown: "Diese Person ist nicht bekannt.",
  site_unknown: "Diesen Laden gibt es nicht.",
  item_unknown: "Diesen Artikel gibt es nicht.",
  order_final: "Die Bestellung ist schon abgeschlossen.",
  cancel_too_late: "Zum Stornieren ist es zu spät.",
  fulfilment_not_notified: "Der Laden hat die Bestellung noch nicht.",
  fulfilment_not_accepted: "Der Laden hat die Bestellung noch nicht angenommen.",
  fulfilment_rejected: "Der Laden hat die Bestellung abgelehnt.",
  station_not_started: "Die Station hat noch nicht angefangen.",
  station_done: "Die Station ist schon fertig.",
  stations_incomplete: "Noch sind nicht alle Stationen fertig.",
  items_undecided: "Was aus einem fehlenden Artikel wird, ist noch nicht entschieden.",
  courier_not_assigned: "Die Bestellung gehört nicht zu diesem Kurier.",
  courier_not_accepted: "Die Lieferung ist noch nicht angenommen.",
  courier_busy: "Der Kurier hat schon eine Bestellung.",
  courier_off_shift: "Der Kurier ist nicht im Dienst.",
  order_not_ready: "Die Bestellung ist noch nicht fertig.",
  order_not_picked_up: "Die Bestellung ist noch nicht abgeholt.",
  site_suspended: "Der Laden nimmt gerade keine Bestellungen an.",
  item_withdrawn: "Der Artikel wird nicht mehr verkauft.",
  customer_on_hold: "Dieses Konto kann gerade nicht bestellen. Bitte ruf uns an.",
  conflict: "Jemand anderes hat das im selben Moment geändert. Versuch es noch einmal.",
  revision_mismatch: "Das hat sich inzwischen geändert. Sieh noch einmal hin und wiederhole es, wenn es noch passt.",
  address_missing: "Die Bestellung braucht eine Adresse.",
  too_many_requests: "Das war zu viel auf einmal. Warte einen Moment und versuch es dann noch einmal.",
  payload_too_large: "Das ist zu groß zum Senden.",
  internal: "Bei uns ist etwas schiefgegangen. Es ist vermerkt; versuch es gleich noch einmal.",
  unavailable: "Das geht gerade nicht. Versuch es noch einmal; nichts geschieht doppelt.",
  integrity_broken:
    "Die gespeicherte Geschichte hält der Prüfung nicht stand. Sag denen Bescheid, die das System betreiben.",
};
