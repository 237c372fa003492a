#include "transport/tls/certificate_files.hpp"

#include <cerrno>
#include <cstring>
#include <ctime>
#include <fcntl.h>
#include <sys/stat.h>

#include <fmt/format.h>

#include "base/file_descriptor.hpp"
#include "base/setting_text.hpp"

namespace belay::transport {
namespace {

// Chains of a hundred certificates are shorter.
constexpr std::size_t kMaxFileBytes = 1024 * 1024;

Error bad(std::string detail, std::string field) {
  return make_error(ErrorCode::invalid_request, std::move(detail), std::move(field));
}

// A file's content, zeroed before its memory is freed.
struct FileText {
  std::string bytes;
  bool others_may_read = false;

  FileText() = default;
  FileText(FileText&&) = default;
  ~FileText() { OPENSSL_cleanse(bytes.data(), bytes.size()); }

  OwnedBio bio() const { return OwnedBio(BIO_new_mem_buf(bytes.data(), static_cast<int>(bytes.size()))); }
};

Result<FileText> read_file(const std::string& path, const std::string& setting) {
  const auto failed = [&](std::string_view why) {
    return bad(fmt::format("Cannot read {}: {}", describe_file(path, "server." + setting), why), setting);
  };
  const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!file)
    return failed(fmt::format("{}. Set server.{} to a file that the server's user may read.",
                              std::strerror(errno), setting));
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) return failed(std::strerror(errno));
  if (!S_ISREG(status.st_mode)) return failed("it is not a plain file.");
  if (status.st_size > static_cast<off_t>(kMaxFileBytes)) return failed("it is longer than 1 MiB.");
  FileText text;
  text.bytes.resize(static_cast<std::size_t>(status.st_size));
  text.others_may_read = (status.st_mode & S_IROTH) != 0;
  const ssize_t size = ::pread(file.get(), text.bytes.data(), text.bytes.size(), 0);
  if (size < 0) return failed(std::strerror(errno));
  text.bytes.resize(static_cast<std::size_t>(size));
  return text;
}

std::optional<WallTime> wall_time_of(const ASN1_TIME* time) {
  std::tm parts{};
  if (!time || ASN1_TIME_to_tm(time, &parts) != 1) return std::nullopt;
  return WallTime{static_cast<std::int64_t>(::timegm(&parts)) * 1000};
}

void read_chain(const TlsConfig& config, CertificateFiles& files) {
  if (config.certificate.empty()) {
    files.problems.push_back(
        bad("server.tls.key is set, but no certificate. Set server.tls.certificate to its PEM file.",
            "tls.certificate"));
    return;
  }
  const auto text = read_file(config.certificate, "tls.certificate");
  if (!text) {
    files.problems.push_back(text.error());
    return;
  }
  const OwnedBio bio = text->bio();
  while (OwnedCertificate certificate{PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr)})
    files.chain.push_back(std::move(certificate));
  const bool is_end = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
  const std::string reason = openssl_error();
  const std::string where = describe_file(config.certificate, "server.tls.certificate");
  if (!is_end)
    files.problems.push_back(
        bad(fmt::format("A certificate in {} is damaged: {}. Copy the file again.", where, reason),
            "tls.certificate"));
  else if (files.chain.empty())
    files.problems.push_back(
        bad(fmt::format("{} has no certificate in PEM form (\"-----BEGIN CERTIFICATE-----\").", where),
            "tls.certificate"));
}

// OpenSSL asks for a passphrase.
int refuse_passphrase(char*, int, int, void* was_asked) {
  *static_cast<bool*>(was_asked) = true;
  return 0;
}

void read_key(const TlsConfig& config, CertificateFiles& files) {
  if (config.key.empty()) {
    files.problems.push_back(
        bad("The certificate needs its private key. Set server.tls.key to its PEM file.", "tls.key"));
    return;
  }
  const auto text = read_file(config.key, "tls.key");
  if (!text) {
    files.problems.push_back(text.error());
    return;
  }
  const std::string where = describe_file(config.key, "server.tls.key");
  bool has_passphrase = false;
  const OwnedBio bio = text->bio();
  files.key.reset(PEM_read_bio_PrivateKey(bio.get(), nullptr, refuse_passphrase, &has_passphrase));
  ERR_clear_error();
  if (has_passphrase)
    files.problems.push_back(
        bad(fmt::format("The key in {} has a passphrase. Remove it: `openssl pkey -in OLD -out "
                        "NEW`, and `chmod 600 NEW`.",
                        where),
            "tls.key"));
  else if (!files.key)
    files.problems.push_back(
        bad(fmt::format("{} has no private key in PEM form (\"-----BEGIN PRIVATE KEY-----\").", where),
            "tls.key"));
  if (text->others_may_read)
    files.warnings.push_back(fmt::format(
        "server.tls.key: every user of this machine may read {}. Run `chmod 600` on it, and replace key and "
        "certificate if somebody else had access.",
        where));
}

void check_pair(const TlsConfig& config, CertificateFiles& files, WallTime now) {
  X509* const own = files.chain.front().get();
  if (X509_check_private_key(own, files.key.get()) != 1) {
    ERR_clear_error();
    files.problems.push_back(bad(
        fmt::format(
            "It is not the key of the first certificate in {}. Take both from the same request, and put the "
            "server's own certificate before those of the authorities.",
            describe_file(config.certificate, "server.tls.certificate")),
        "tls.key"));
  }
  const auto expires = wall_time_of(X509_get0_notAfter(own));
  const auto begins = wall_time_of(X509_get0_notBefore(own));
  if (expires && *expires <= now)
    files.warnings.push_back(fmt::format(
        "server.tls.certificate: it has expired, and clients refuse it ({}). Renew it.", describe(own)));
  if (begins && *begins > now)
    files.warnings.push_back(
        "server.tls.certificate: it is not valid yet, and clients refuse it. Check this machine's clock.");
}

// Finds what the response says about this certificate.
OCSP_SINGLERESP* answer_about(OCSP_BASICRESP* response, X509* certificate) {
  for (int i = 0; i < OCSP_resp_count(response); ++i) {
    OCSP_SINGLERESP* const single = OCSP_resp_get0(response, i);
    ASN1_INTEGER* serial = nullptr;
    OCSP_id_get0_info(nullptr, nullptr, nullptr, &serial,
                      const_cast<OCSP_CERTID*>(OCSP_SINGLERESP_get0_id(single)));
    if (serial && ASN1_INTEGER_cmp(serial, X509_get0_serialNumber(certificate)) == 0) return single;
  }
  return nullptr;
}

// The signature is not checked: clients do that.
void read_ocsp_response(const TlsConfig& config, CertificateFiles& files, WallTime now) {
  constexpr const char* kSetting = "tls.ocsp_response";
  auto text = read_file(config.ocsp_response, kSetting);
  if (!text) {
    files.problems.push_back(text.error());
    return;
  }
  const std::string where = describe_file(config.ocsp_response, "server.tls.ocsp_response");
  const auto* at = reinterpret_cast<const unsigned char*>(text->bytes.data());
  const OwnedOcspResponse response(d2i_OCSP_RESPONSE(nullptr, &at, static_cast<long>(text->bytes.size())));
  const bool is_successful =
      response && OCSP_response_status(response.get()) == OCSP_RESPONSE_STATUS_SUCCESSFUL;
  const OwnedOcspBasic basic(is_successful ? OCSP_response_get1_basic(response.get()) : nullptr);
  ERR_clear_error();
  if (!basic) {
    files.problems.push_back(bad(
        fmt::format("{} is no successful OCSP response as DER. Write it with `openssl ocsp … -respout FILE`.",
                    where),
        kSetting));
    return;
  }
  OCSP_SINGLERESP* const single = answer_about(basic.get(), files.chain.front().get());
  if (!single) {
    files.problems.push_back(
        bad(fmt::format(
                "{} is about another certificate. Get the response for the one in server.tls.certificate.",
                where),
            kSetting));
    return;
  }
  ASN1_GENERALIZEDTIME* expires = nullptr;
  const int status = OCSP_single_get0_status(single, nullptr, nullptr, nullptr, &expires);
  files.ocsp_expires = wall_time_of(expires);
  files.ocsp_response = std::move(text->bytes);
  if (status == V_OCSP_CERTSTATUS_REVOKED)
    files.warnings.push_back(
        "server.tls.ocsp_response: the authority has revoked the certificate, and clients refuse it. Replace "
        "it.");
  if (files.ocsp_expires && *files.ocsp_expires <= now)
    files.warnings.push_back(
        "server.tls.ocsp_response: it has expired and is not sent. Get a new one, and send SIGHUP.");
}

}  // namespace

std::string describe(X509* certificate) {
  char name[256] = "";
  X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, name, sizeof name);
  std::tm parts{};
  ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &parts);
  char date[32] = "";
  std::strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%SZ", &parts);
  return fmt::format("{}, expires {}", name[0] != '\0' ? name : "no common name", date);
}

CertificateFiles read_certificate_files(const TlsConfig& config, WallTime now) {
  CertificateFiles files;
  ERR_clear_error();
  read_chain(config, files);
  read_key(config, files);
  if (!files.problems.empty()) return files;
  check_pair(config, files, now);
  if (!config.ocsp_response.empty()) read_ocsp_response(config, files, now);
  return files;
}

}  // namespace belay::transport
