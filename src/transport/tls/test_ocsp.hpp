// For tests: OCSP responses, signed by the certificate itself.
#pragma once

#include <string>

#include "transport/tls/test_certificate.hpp"

namespace belay::transport {

struct TestOcspOptions {
  bool is_revoked = false;
  long lifetime_seconds = 24 * 3600;  // from kCertificateBegins on
};

inline std::string make_ocsp_response(const TestCertificate& about, const TestOcspOptions& options) {
  const OwnedOcspBasic basic(OCSP_BASICRESP_new());
  X509* const x509 = about.certificate.get();
  OCSP_CERTID* const id = OCSP_cert_to_id(EVP_sha1(), x509, x509);
  ASN1_TIME* const begins = ASN1_TIME_adj(nullptr, kCertificateBegins, 0, 0);
  ASN1_TIME* const expires = ASN1_TIME_adj(nullptr, kCertificateBegins, 0, options.lifetime_seconds);
  OCSP_basic_add1_status(basic.get(), id,
                         options.is_revoked ? V_OCSP_CERTSTATUS_REVOKED : V_OCSP_CERTSTATUS_GOOD, 0, begins,
                         begins, expires);
  OCSP_basic_sign(basic.get(), x509, about.key.get(), EVP_sha256(), nullptr, 0);
  const OwnedOcspResponse response(OCSP_response_create(OCSP_RESPONSE_STATUS_SUCCESSFUL, basic.get()));
  OCSP_CERTID_free(id);
  ASN1_TIME_free(begins);
  ASN1_TIME_free(expires);
  unsigned char* der = nullptr;
  const int size = i2d_OCSP_RESPONSE(response.get(), &der);
  std::string bytes(reinterpret_cast<const char*>(der), static_cast<std::size_t>(size));
  OPENSSL_free(der);
  return bytes;
}

}  // namespace belay::transport
