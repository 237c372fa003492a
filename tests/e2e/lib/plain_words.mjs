// What a chat user reads of a failure: what happened and what to do. What only an operator can do stands in the log.
import assert from 'node:assert/strict';

const operatorsWords =
  /base_url|ca_file|api_key|API key|lenient_end|upstream|catalogue|billing|certificate|configuration|\[\[|_timeout|most_|breaker|SSL|stream/;

export function assertPlainWords(message) {
  assert.doesNotMatch(message, operatorsWords);
}
