# What `logs export --format csv` writes. An empty cell is unknown. An apostrophe stands before a text that
# a spreadsheet would run, and before a text that begins with one.
.kind as $kind | .tenant_id as $tenant
| if $tenant == "" then
    {refused: {field: "tenant_id", value: "", expected: "a record of a tenant; export records of the platform with --format json"}}
  else
    (if $kind | IN("system_record", "audit_entry") then . else del(.id) end)
    | del(.kind, .tenant_id, .created_at)
    | with_entries(select(.value != "")
                   | .key as $name
                   | .value |= if $name | IN("attributes", "details", "before_state", "after_state") then fromjson
                               elif startswith("'") then .[1:] else . end)
    | (if $kind == "trace_step" then
         .key = {position, span: .span_id} | .parent = {position: .parent_position, span: .parent_span_id}
       else . end)
    | del(.position, .span_id, .parent_position, .parent_span_id)
    | {tenant: (if $tenant then $tenant | ltrimstr("'") else null end), ($kind): .}
  end
