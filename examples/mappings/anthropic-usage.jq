# Pages of the usage and cost reports of Anthropic (/v1/organizations/usage_report/messages, …/cost_report). A
# bucket sums up many calls, so it is no run: it would count as one, and again beside the runs themselves. Each
# result of a bucket becomes a system record. A bucket that has grown since an earlier export is another record.
page("data")
| .starting_at as $start
| .ending_at as $end
| (.results | arrays | if length == 0 then {left_out: "buckets without results"} else .[] end)
| if .left_out then . else
  ([.uncached_input_tokens, .cache_read_input_tokens, (.cache_creation | objects[]) | values] | add // 0) as $input
  | {system_record: {
    id: id_of(["anthropic-usage", $start, $end, tojson]),
    component: "anthropic",
    event_type: (if .amount then "cost_report" else "usage_report" end),
    severity: assume("severity"; "INFO"),
    summary: (if .amount then "\(.description // "all"): \(.amount) cents \(.currency)"
              else "\(.model // "all models"): \($input) input and \(.output_tokens // 0) output tokens" end | cut(1024)),
    occurred_at: $start,
    details: (. + {bucket_end: $end, input_tokens: (if .amount then null else $input end),
                   # Amounts are in cents.
                   cost_nano_usd: (if .currency == "USD" then usd(.amount; 100) else null end)}
              | exact | cut(4096) | compact)
  }}
end
