#include "sha256.h"

#include <openssl/evp.h>

#include <cstdlib>

namespace parfocal::catalogue {
namespace {

// OpenSSL 3 looks an algorithm up by name at each use unless it is fetched once.
const EVP_MD* Algorithm() {
  static EVP_MD* const algorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  if (algorithm == nullptr)
    std::abort();  // An OpenSSL without SHA-256: the installation is broken.
  return algorithm;
}

}  // namespace

Sha256::Sha256() : context_(EVP_MD_CTX_new()) {}
Sha256::~Sha256() { EVP_MD_CTX_free(context_); }

void Sha256::Begin() {
  if (EVP_DigestInit_ex2(context_, Algorithm(), nullptr) != 1) std::abort();
}
void Sha256::Update(absl::string_view bytes) {
  if (EVP_DigestUpdate(context_, bytes.data(), bytes.size()) != 1) std::abort();
}
std::string Sha256::Finish() {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  if (EVP_DigestFinal_ex(context_, digest, &size) != 1) std::abort();
  return std::string(reinterpret_cast<const char*>(digest), size);
}

std::string Sha256::Of(std::initializer_list<absl::string_view> parts) {
  Begin();
  for (absl::string_view part : parts) Update(part);
  return Finish();
}

}  // namespace parfocal::catalogue
