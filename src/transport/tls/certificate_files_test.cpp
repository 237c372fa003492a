// Every problem names its setting and says what to change.
#include "transport/tls/certificate_files.hpp"

#include <gmock/gmock.h>

#include "transport/tls/test_certificate.hpp"
#include "transport/tls/test_ocsp.hpp"
#include "transport/tls/tls_context.hpp"

namespace belay::transport {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

class CertificateFilesTest : public testing::Test {
 protected:
  CertificateFilesTest() { config = files.write(made); }

  LoadedTls load() const { return TlsContext::load(config, now); }
  // "tls.key: what is wrong", one per line.
  std::string problems() const {
    std::string text;
    const LoadedTls loaded = load();
    EXPECT_EQ(loaded.problems.empty(), loaded.context != nullptr);
    for (const Error& problem : loaded.problems) text += problem.field + ": " + problem.detail + "\n";
    return text;
  }

  const WallTime now{kCertificateBegins * 1000};
  const TestCertificateFiles files;
  const TestCertificate made = make_test_certificate();
  TlsConfig config;
};

TEST_F(CertificateFilesTest, S14_a_certificate_and_its_key_are_loaded) {
  const LoadedTls loaded = load();
  ASSERT_TRUE(loaded.context);
  EXPECT_THAT(loaded.problems, IsEmpty());
  EXPECT_THAT(loaded.warnings, IsEmpty());
  EXPECT_EQ(loaded.context->description(), "test.example, expires 2035-12-30T00:00:00Z");
}

TEST_F(CertificateFilesTest, S14_the_whole_chain_is_sent) {
  const TestCertificate authority = make_test_certificate({.name = "authority.example"});
  config.certificate =
      files.write("chain.pem", files.pem(made.certificate.get()) + files.pem(authority.certificate.get()));
  EXPECT_EQ(read_certificate_files(config, now).chain.size(), 2u);
  EXPECT_EQ(problems(), "");
}

TEST_F(CertificateFilesTest, S14_an_rsa_certificate_of_2048_bits_is_accepted_and_of_1024_bits_is_not) {
  config = files.write(make_test_certificate({.rsa_bits = 2048}));
  EXPECT_EQ(problems(), "");
  config = files.write(make_test_certificate({.rsa_bits = 1024}));
  EXPECT_EQ(problems(),
            "tls.certificate: OpenSSL does not accept the certificate or its key: ee key too small. Use an "
            "RSA key of "
            "2048 bits or more, or ECDSA with P-256, and signatures with SHA-256.\n");
}

TEST_F(CertificateFilesTest, S14_a_missing_half_is_named) {
  TlsConfig half = config;
  half.key.clear();
  std::swap(half, config);
  EXPECT_EQ(problems(),
            "tls.key: The certificate needs its private key. Set server.tls.key to its PEM file.\n");
  config = half;
  config.certificate.clear();
  EXPECT_EQ(problems(),
            "tls.certificate: server.tls.key is set, but no certificate. Set server.tls.certificate to "
            "its PEM file.\n");
}

TEST_F(CertificateFilesTest, S14_a_file_that_cannot_be_read_is_named) {
  config.certificate = files.path("absent.pem");
  EXPECT_EQ(problems(),
            "tls.certificate: Cannot read " + config.certificate +
                ": No such file or directory. Set server.tls.certificate to a file that the server's "
                "user may read.\n");
  config.certificate = files.path(".");
  EXPECT_THAT(problems(), HasSubstr("it is not a plain file."));
}

TEST_F(CertificateFilesTest, S14_a_file_without_pem_is_named) {
  config.certificate = files.write("a.pem", "hello");
  EXPECT_EQ(problems(), "tls.certificate: " + config.certificate +
                            " has no certificate in PEM form (\"-----BEGIN CERTIFICATE-----\").\n");
  config = files.write(made);
  config.key = files.write("a.pem", files.pem(made.certificate.get()));
  EXPECT_EQ(problems(), "tls.key: " + config.key +
                            " has no private key in PEM form (\"-----BEGIN PRIVATE KEY-----\").\n");
}

TEST_F(CertificateFilesTest, S14_a_damaged_certificate_is_named) {
  std::string text = files.pem(made.certificate.get());
  text.replace(text.find('\n') + 10, 4, "!!!!");
  config.certificate = files.write("damaged.pem", text);
  EXPECT_THAT(problems(),
              HasSubstr("tls.certificate: A certificate in " + config.certificate + " is damaged: "));
}

TEST_F(CertificateFilesTest, S14_a_key_of_another_certificate_is_refused) {
  config.key = files.write("other.pem", files.pem(make_test_certificate().key.get()));
  EXPECT_EQ(problems(),
            "tls.key: It is not the key of the first certificate in " + config.certificate +
                ". Take both from the same request, and put the server's own certificate before those of "
                "the authorities.\n");
}

TEST_F(CertificateFilesTest, S14_a_key_with_a_passphrase_is_refused) {
  const OwnedBio bio(BIO_new(BIO_s_mem()));
  PEM_write_bio_PKCS8PrivateKey(bio.get(), made.key.get(), EVP_aes_128_cbc(), "secret", 6, nullptr, nullptr);
  config.key = files.write("locked.pem", TestCertificateFiles::text_of(bio.get()));
  EXPECT_THAT(problems(), HasSubstr("tls.key: The key in " + config.key + " has a passphrase. Remove it: "));
}

TEST_F(CertificateFilesTest, S14_a_key_that_everyone_may_read_is_a_warning) {
  std::filesystem::permissions(config.key, std::filesystem::perms(0640));
  EXPECT_THAT(load().warnings, IsEmpty()) << "a group of its own may read keys";
  std::filesystem::permissions(config.key, std::filesystem::perms(0644));
  const LoadedTls loaded = load();
  ASSERT_EQ(loaded.warnings.size(), 1u);
  EXPECT_EQ(loaded.warnings[0],
            "server.tls.key: every user of this machine may read " + config.key +
                ". Run `chmod 600` on it, and replace key and certificate if somebody else had "
                "access.");
  EXPECT_TRUE(loaded.context);
}

TEST_F(CertificateFilesTest, S14_a_certificate_out_of_its_time_is_a_warning) {
  const auto warnings_at = [&](long seconds) { return TlsContext::load(config, {seconds * 1000}).warnings; };
  EXPECT_THAT(warnings_at(kCertificateBegins - 1), testing::ElementsAre(HasSubstr("it is not valid yet")));
  EXPECT_THAT(
      warnings_at(kCertificateBegins + 11L * 365 * 24 * 3600),
      testing::ElementsAre(HasSubstr("it has expired, and clients refuse it (test.example, expires 2035")));
}

TEST_F(CertificateFilesTest, S14_an_ocsp_response_is_kept_until_it_expires) {
  config.ocsp_response = files.write("ocsp.der", make_ocsp_response(made, {.lifetime_seconds = 3600}));
  const LoadedTls loaded = load();
  ASSERT_TRUE(loaded.context) << problems();
  EXPECT_NE(loaded.context->ocsp_response(now), "");
  EXPECT_NE(loaded.context->ocsp_response(now + Milliseconds(3'599'000)), "");
  EXPECT_EQ(loaded.context->ocsp_response(now + Milliseconds(3'600'000)), "");
  EXPECT_THAT(TlsContext::load(config, now + Milliseconds(3'600'000)).warnings,
              testing::ElementsAre(
                  "server.tls.ocsp_response: it has expired and is not sent. Get a new one, and send "
                  "SIGHUP."));
}

TEST_F(CertificateFilesTest, S14_an_ocsp_response_about_something_else_is_refused) {
  config.ocsp_response = files.write("ocsp.der", "hello");
  EXPECT_THAT(problems(),
              HasSubstr("tls.ocsp_response: " + config.ocsp_response + " is no successful OCSP response"));
  config.ocsp_response =
      files.write("ocsp.der", make_ocsp_response(make_test_certificate({.serial = 2}), {}));
  EXPECT_THAT(problems(), HasSubstr(" is about another certificate."));
}

TEST_F(CertificateFilesTest, S14_a_revoked_certificate_is_a_warning) {
  config.ocsp_response = files.write("ocsp.der", make_ocsp_response(made, {.is_revoked = true}));
  EXPECT_THAT(load().warnings, testing::ElementsAre(HasSubstr("the authority has revoked the certificate")));
}

}  // namespace
}  // namespace belay::transport
