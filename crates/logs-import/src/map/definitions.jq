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

def time($forms): time($forms; null);
def usd($text): usd($text; 1);
