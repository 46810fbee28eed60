# Pages of the usage and cost endpoints of OpenAI (/v1/organization/usage/…, /v1/organization/costs). A bucket
# sums up many calls, so it is no run: it would count as one, and again beside the runs themselves. Each result
# of a bucket becomes a system record. A bucket that has grown since an earlier export is another record.
page("data")
| (.start_time | time("s")) as $start
| (.end_time | time("s")) as $end
| (.results // .result | arrays | if length == 0 then {left_out: "buckets without results"} else .[] end)
| if .left_out then . else
  (.object // "" | ltrimstr("organization.") | rtrimstr(".result")) as $kind
  | {system_record: {
    id: id_of(["openai-usage", $start, $end, tojson]),
    component: "openai",
    event_type: $kind,
    severity: assume("severity"; "INFO"),
    summary: (if .amount then "\(.line_item // "all"): \(.amount.value) \(.amount.currency)"
              else "\(.model // "all models"): \(.input_tokens // 0) input and \(.output_tokens // 0) output tokens of "
                   + "\(.num_model_requests // 0) requests" end | cut(1024)),
    occurred_at: $start,
    details: (del(.object) + {bucket_end: $end, cost_nano_usd: (if .amount.currency? // "" | ascii_downcase == "usd" then usd(.amount.value) else null end)}
              | exact | cut(4096) | compact)
  }}
end
