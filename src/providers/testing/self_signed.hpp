// A self-signed certificate, newly made for each test, and a server context that uses it.
#pragma once

#include <cstdio>
#include <string>
#include <unistd.h>

#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

namespace belay::providers {

class SelfSigned {
 public:
  // `names` as OpenSSL writes them: "IP:127.0.0.1,DNS:localhost". `valid_for`: seconds from now; negative: it has
  // expired.
  explicit SelfSigned(const std::string& names = "IP:127.0.0.1", long valid_for = 3600)
      : key_(EVP_EC_gen("P-256")), certificate_(X509_new()), context_(SSL_CTX_new(TLS_server_method())) {
    X509_set_version(certificate_, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate_), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate_), -7200);
    X509_gmtime_adj(X509_getm_notAfter(certificate_), valid_for);
    X509_set_pubkey(certificate_, key_);
    X509_NAME* const name = X509_get_subject_name(certificate_);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>("belay test"),
                               -1, -1, 0);
    X509_set_issuer_name(certificate_, name);
    X509_EXTENSION* const extension =
        X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, names.c_str());
    X509_add_ext(certificate_, extension, -1);
    X509_EXTENSION_free(extension);
    X509_sign(certificate_, key_, EVP_sha256());
    SSL_CTX_use_certificate(context_, certificate_);
    SSL_CTX_use_PrivateKey(context_, key_);
    static int count = 0;
    path_ = testing::TempDir() + "belay_self_signed_" + std::to_string(getpid()) + "_" +
            std::to_string(count++) + ".pem";
    FILE* const file = std::fopen(path_.c_str(), "w");
    PEM_write_X509(file, certificate_);
    std::fclose(file);
  }
  SelfSigned(const SelfSigned&) = delete;
  SelfSigned& operator=(const SelfSigned&) = delete;
  ~SelfSigned() {
    std::remove(path_.c_str());
    SSL_CTX_free(context_);
    X509_free(certificate_);
    EVP_PKEY_free(key_);
  }
  SSL_CTX* context() const { return context_; }
  // The certificate as a file of certificate authorities.
  const std::string& ca_file() const { return path_; }

 private:
  EVP_PKEY* key_;
  X509* certificate_;
  SSL_CTX* context_;
  std::string path_;
};

}  // namespace belay::providers
