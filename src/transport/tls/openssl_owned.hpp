// Owners of OpenSSL's objects. Only for the .cpp files of this folder and for tests.
#pragma once

#include <memory>
#include <string>

#include <openssl/err.h>
#include <openssl/ocsp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

namespace belay::transport {

template <auto Free>
struct FreeWith {
  template <class T>
  void operator()(T* object) const {
    Free(object);
  }
};

using OwnedBio = std::unique_ptr<BIO, FreeWith<BIO_free_all>>;
using OwnedCertificate = std::unique_ptr<X509, FreeWith<X509_free>>;
using OwnedKey = std::unique_ptr<EVP_PKEY, FreeWith<EVP_PKEY_free>>;
using OwnedOcspResponse = std::unique_ptr<OCSP_RESPONSE, FreeWith<OCSP_RESPONSE_free>>;
using OwnedOcspBasic = std::unique_ptr<OCSP_BASICRESP, FreeWith<OCSP_BASICRESP_free>>;
using OwnedSsl = std::unique_ptr<SSL, FreeWith<SSL_free>>;
using OwnedSslContext = std::unique_ptr<SSL_CTX, FreeWith<SSL_CTX_free>>;

// The oldest error of this thread's queue in OpenSSL's words. Empties the queue.
inline std::string openssl_error() {
  const char* const reason = ERR_reason_error_string(ERR_peek_error());
  ERR_clear_error();
  return reason ? reason : "unknown error";
}

}  // namespace belay::transport
