# Words of jq that jaq lacks.
def IN(s): any(s == .; .);
def IN(src; s): any(src == s; .);
def INDEX(stream; f): reduce stream as $row ({}; .[$row | f | tostring] |= $row);
def INDEX(f): INDEX(.[]; f);
def toarray: if isarray then . else [.] end;
def trimstr($text): ltrimstr($text) | rtrimstr($text);

# A value that the source does not say. No JSON has null as the name of a member.
def assume($name; $value): {(null): [$name, $value]};

# Null in place of an empty text, as cells of CSV are.
def given: if . == "" then null end;

# An object without its members that are null. Null, if it has no others.
def compact: with_entries(select(.value != null)) | if . == {} then null end;

# The records of a page of an API, which are in a member with one of these names; else the record itself.
def page(names): [.[names]? | arrays][0] // [.] | .[];

def time($forms): time($forms; null);

# A time as exports write it. Without a zone it is in UTC; seconds since 1970 are smaller than milliseconds.
def moment:
  if isnumber then time(if . < 100000000000 then "s" else "ms" end)
  else time(["rfc3339", "%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f%#z",
             "%Y-%m-%dT%H:%M:%S%.f%#z", "%Y-%m-%d %H:%M:%S%.f UTC"]; "UTC") end;
def usd($text): usd($text; 1);
