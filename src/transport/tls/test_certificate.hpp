// For tests: certificates and keys made on the spot, as files in a temporary directory.
#pragma once

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

#include <gtest/gtest.h>
#include <openssl/rsa.h>

#include "transport/tls/openssl_owned.hpp"
#include "transport/tls/tls_config.hpp"

namespace belay::transport {

struct TestCertificate {
  OwnedCertificate certificate;
  OwnedKey key;
};

// 2026-01-01, in seconds.
inline constexpr long kCertificateBegins = 1'767'225'600;

struct TestCertificateOptions {
  std::string name = "test.example";
  long serial = 1;
  long lifetime_seconds = 10L * 365 * 24 * 3600;
  int rsa_bits = 0;  // 0: ECDSA with P-256
};

inline TestCertificate make_test_certificate(const TestCertificateOptions& options = {}) {
  TestCertificate made;
  made.key.reset(options.rsa_bits == 0 ? EVP_EC_gen("P-256")
                                       : EVP_RSA_gen(static_cast<unsigned>(options.rsa_bits)));
  made.certificate.reset(X509_new());
  X509* const x509 = made.certificate.get();
  X509_set_version(x509, X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(x509), options.serial);
  const auto set_time = [](ASN1_TIME* time, long seconds) { ASN1_TIME_set(time, seconds); };
  set_time(X509_getm_notBefore(x509), kCertificateBegins);
  set_time(X509_getm_notAfter(x509), kCertificateBegins + options.lifetime_seconds);
  X509_set_pubkey(x509, made.key.get());
  X509_NAME* const name = X509_get_subject_name(x509);
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(options.name.c_str()), -1, -1, 0);
  X509_set_issuer_name(x509, name);
  EXPECT_GT(X509_sign(x509, made.key.get(), EVP_sha256()), 0);
  return made;
}

// A directory of its own, removed at the end.
class TestCertificateFiles {
 public:
  TestCertificateFiles() {
    std::string path = (std::filesystem::temp_directory_path() / "belay-tls-XXXXXX").string();
    EXPECT_NE(::mkdtemp(path.data()), nullptr);
    directory_ = path;
  }
  ~TestCertificateFiles() { std::filesystem::remove_all(directory_); }
  TestCertificateFiles(const TestCertificateFiles&) = delete;

  std::string path(const std::string& name) const { return (directory_ / name).string(); }
  std::string write(const std::string& name, std::string_view text) const {
    std::ofstream(directory_ / name, std::ios::binary) << text;
    std::filesystem::permissions(directory_ / name, std::filesystem::perms(0600));
    return path(name);
  }
  static std::string pem(X509* certificate) {
    const OwnedBio bio(BIO_new(BIO_s_mem()));
    PEM_write_bio_X509(bio.get(), certificate);
    return text_of(bio.get());
  }
  static std::string pem(EVP_PKEY* key) {
    const OwnedBio bio(BIO_new(BIO_s_mem()));
    PEM_write_bio_PrivateKey(bio.get(), key, nullptr, nullptr, 0, nullptr, nullptr);
    return text_of(bio.get());
  }
  static std::string text_of(BIO* bio) {
    char* data = nullptr;
    const long size = BIO_get_mem_data(bio, &data);
    return std::string(data, static_cast<std::size_t>(size));
  }
  // Writes both files. Their settings.
  TlsConfig write(const TestCertificate& made) const {
    TlsConfig config;
    config.certificate = write("certificate.pem", pem(made.certificate.get()));
    config.key = write("key.pem", pem(made.key.get()));
    return config;
  }

 private:
  std::filesystem::path directory_;
};

}  // namespace belay::transport
