#include "core/run/started_event.hpp"

#include <algorithm>

#include <gtest/gtest.h>

namespace belay {
namespace {

// Turns the bytes around, for requests of the surface "private".
class Reversing final : public PromptSeal {
 public:
  bool has_key = true;

  bool covers(const RunRequest& request) const override { return request.surface == "private"; }
  std::string seal(const RunRequest&, std::string_view prompt) const override {
    return has_key ? std::string(prompt.rbegin(), prompt.rend()) : std::string();
  }
  Result<std::string> open(const RunRequest& request, std::string_view sealed) const override {
    if (!has_key) return make_error(ErrorCode::unavailable, "There is no key.");
    EXPECT_EQ(request.user, "ada") << "the rest of the request is known";
    return std::string(sealed.rbegin(), sealed.rend());
  }
};

RunRequest request_of(std::string surface) {
  RunRequest request;
  request.user = "ada";
  request.surface = std::move(surface);
  request.conversation = "c";
  request.prompt = "How is my progress?";
  request.system = "You know: V13 at Quitzdorf.";
  request.messages = {{Role::user, "The file says Quitzdorf."}};
  return request;
}

TEST(StartedEvent, S6_a_prompt_that_is_covered_is_not_in_the_payload_in_clear_and_comes_back) {
  const Reversing seal;
  const RunRequest request = request_of("private");
  const std::string payload = encode_started(request, &seal);
  EXPECT_EQ(payload.find("Quitzdorf"), std::string::npos);
  EXPECT_NE(payload.find("How is my progress?"), std::string::npos);
  const auto started = decode_started(payload, &seal);
  ASSERT_TRUE(started);
  EXPECT_TRUE(started->has_prompt);
  EXPECT_EQ(encode(started->request), encode(request)) << "all of it";
}

TEST(StartedEvent, S6_other_prompts_are_as_they_were) {
  const Reversing seal;
  const RunRequest request = request_of("chat");
  EXPECT_EQ(encode_started(request, &seal), encode(request));
  EXPECT_EQ(encode_started(request_of("private"), nullptr), encode(request_of("private")));
  const auto started = decode_started(encode(request), nullptr);
  ASSERT_TRUE(started);
  EXPECT_TRUE(started->has_prompt);
  EXPECT_EQ(encode(started->request), encode(request));
}

TEST(StartedEvent, S6_without_the_key_the_rest_of_the_request_is_read) {
  Reversing seal;
  const std::string payload = encode_started(request_of("private"), &seal);
  seal.has_key = false;
  for (const PromptSeal* with :
       {static_cast<const PromptSeal*>(&seal), static_cast<const PromptSeal*>(nullptr)}) {
    const auto started = decode_started(payload, with);
    ASSERT_TRUE(started);
    EXPECT_FALSE(started->has_prompt);
    EXPECT_EQ(started->request.prompt, "How is my progress?");
    EXPECT_EQ(started->request.system, "");
  }
  EXPECT_EQ(encode_started(request_of("private"), &seal), encode(request_of("private")))
      << "there is no key yet";
  EXPECT_FALSE(decode_started("\xFF", &seal));
}

}  // namespace
}  // namespace belay
