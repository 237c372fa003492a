// Counts the tokens of the texts in token_counts.json again, with real tokenizers, and writes the counts into that file.
//
//   npm install && node count_tokens.mjs
//
// To add a text, add {"name", "text"} to the file and run this script. The texts were written for this test.
import { readFileSync, writeFileSync } from 'node:fs';
import { countTokens as claude } from '@anthropic-ai/tokenizer';
import { countTokens as cl100k } from 'gpt-tokenizer/encoding/cl100k_base';
import { countTokens as o200k } from 'gpt-tokenizer/encoding/o200k_base';
import llama3 from 'llama3-tokenizer-js';

const file = new URL('token_counts.json', import.meta.url);
const manifest = JSON.parse(readFileSync(new URL('package.json', import.meta.url)));
const tokenizers = {
  o200k_base: o200k,
  cl100k_base: cl100k,
  claude,
  llama3: (text) => llama3.encode(text, { bos: false, eos: false }).length,
};
const data = JSON.parse(readFileSync(file));
data.made_with = manifest.dependencies;
for (const row of data.texts) {
  row.counts = Object.fromEntries(Object.entries(tokenizers).map(([name, count]) => [name, count(row.text)]));
}
writeFileSync(file, `${JSON.stringify(data, null, 1)}\n`);
