#include "surfaces/openai/responses/request_facts.hpp"

#include "core/types/codec.hpp"

namespace belay::surfaces::openai::responses {

namespace {

GivenItem decode_item(std::string_view bytes) {
  GivenItem item;
  for (FieldReader field(bytes); field.next();) {
    if (field.tag() == 1) item.id = field.text();
    if (field.tag() == 2) item.members = field.text();
  }
  return item;
}

}  // namespace

std::string system_of(const RequestFacts& facts) {
  if (facts.instructions.empty() || facts.system.empty()) return facts.instructions + facts.system;
  return facts.instructions + "\n\n" + facts.system;
}

std::string encode(const RequestFacts& facts) {
  std::string bytes;
  FieldWriter fields(bytes);
  fields.flag(1, facts.background).flag(2, !facts.store).text(3, facts.previous_response);
  fields.text(4, facts.instructions).text(6, facts.system);
  if (facts.metadata != "{}") fields.text(5, facts.metadata);
  for (const GivenItem& item : facts.input) {
    std::string encoded;
    FieldWriter(encoded).text(1, item.id).text(2, item.members);
    fields.item(7, encoded);
  }
  return bytes;
}

RequestFacts decode_facts(std::string_view surface_data) {
  RequestFacts facts;
  for (FieldReader field(surface_data); field.next();) {
    switch (field.tag()) {
      case 1:
        facts.background = field.flag();
        break;
      case 2:
        facts.store = !field.flag();
        break;
      case 3:
        facts.previous_response = field.text();
        break;
      case 4:
        facts.instructions = field.text();
        break;
      case 5:
        facts.metadata = field.text();
        break;
      case 6:
        facts.system = field.text();
        break;
      case 7:
        facts.input.push_back(decode_item(field.bytes()));
        break;
      default:
        break;
    }
  }
  return facts;
}

}  // namespace belay::surfaces::openai::responses
