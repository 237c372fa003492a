#include "providers/http/url.hpp"

#include <gtest/gtest.h>

namespace belay::providers {
namespace {

TEST(Url, TellsThisMachineFromOthers) {
  for (const char* here :
       {"http://127.0.0.1:8080/v1", "http://localhost/", "https://[::1]:1/", "http://127.1.2.3"}) {
    ASSERT_TRUE(inspect_url(here)) << here;
    EXPECT_TRUE(inspect_url(here)->loopback) << here;
  }
  for (const char* there : {"https://api.openai.com/v1", "http://127.0.0.1.example.com/", "http://10.0.0.1/",
                            "http://localhost.example.com/"}) {
    ASSERT_TRUE(inspect_url(there)) << there;
    EXPECT_FALSE(inspect_url(there)->loopback) << there;
  }
  for (const char* neither :
       {"", "api.openai.com", "ftp://x/", "file:///x", "https://user:pass@x/", "https://", "https://x/#y"})
    EXPECT_FALSE(inspect_url(neither)) << neither;
}

}  // namespace
}  // namespace belay::providers
