#include "core/ports/testing/fake_channel_store.hpp"

#include "core/ports/contracts/channel_store_contract.hpp"

namespace belay {
namespace {

class FakeChannelEngine final : public ChannelStoreEngine {
 public:
  ChannelStore& store() override { return store_; }
  void reopen() override {}  // the fake outlives the processes of a test

 private:
  testing::FakeChannelStore store_;
};

INSTANTIATE_TEST_SUITE_P(Fake, ChannelStoreContract, ::testing::Values([] {
                           return std::unique_ptr<ChannelStoreEngine>(std::make_unique<FakeChannelEngine>());
                         }));

}  // namespace
}  // namespace belay
