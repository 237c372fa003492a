// Checks the error messages that chat users read. Such a message says what happened and what the user can do. Advice for the
// operator belongs in the log.
import assert from 'node:assert/strict';

const operatorsWords =
  /base_url|ca_file|api_key|API key|lenient_end|upstream|catalogue|billing|certificate|configuration|\[\[|_timeout|max_|breaker|SSL|stream/;

export function assertPlainWords(message) {
  assert.doesNotMatch(message, operatorsWords);
}
