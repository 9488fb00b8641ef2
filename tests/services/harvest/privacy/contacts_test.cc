#include "parfocal/privacy/contacts.h"

#include <string>

#include "absl/time/clock.h"
#include "gtest/gtest.h"

namespace parfocal {
namespace {

constexpr struct {
  const char* text;
  const char* want;
} kRows[] = {
    {"", ""},
    {"no address here", "no address here"},
    {"write to jane.doe@example.org.", "write to [e-mail removed]."},
    {"<jane_doe+x@sub.example.ac.uk>", "<[e-mail removed]>"},
    {"mailto:jane@example.org?subject=x", "[e-mail removed]?subject=x"},
    {"a@example.org,b@example.org", "[e-mail removed],[e-mail removed]"},
    {"jürgen@example.org", "[e-mail removed]"},
    // No address: no local part, no domain, no dot in the domain.
    {"https://example.org/@group", "https://example.org/@group"},
    {"10 mW @ 488 nm", "10 mW @ 488 nm"},
    {"imaged@63x", "imaged@63x"},
    {"@example.org", "@example.org"},
    {"jane@.org", "jane@.org"},
    {"Tel.: +1 (555) 010-0199, room 5", "Tel.: [number removed], room 5"},
    {"Phone number 5550100199", "Phone number [number removed]"},
    {"fax 555-0100", "fax [number removed]"},
    // Numbers that are not named as a telephone's, and words that only look like one.
    {"grant 5550100199", "grant 5550100199"},
    {"hotel 5550100199", "hotel 5550100199"},
    {"telomere 5550100199", "telomere 5550100199"},
    {"phone 12", "phone 12"},
};

TEST(ContactsTest, MasksAddressesAndNothingElse) {
  for (const auto& row : kRows) {
    SCOPED_TRACE(row.text);
    EXPECT_EQ(WithoutContacts(row.text), row.want);
    EXPECT_EQ(WithoutContacts(row.want), row.want) << "masking twice changes nothing";
  }
}

TEST(ContactsTest, IsLinear) {
  // A quadratic search would take minutes on these.
  const absl::Time began = absl::Now();
  for (const char* unit : {"a", "@", "a@", "@a", "tel ", "tel:1", "a.", "@a."}) {
    std::string text;
    while (text.size() < 500000) text += unit;
    WithoutContacts(text);
  }
  EXPECT_LT(absl::Now() - began, absl::Seconds(20));
}

}  // namespace
}  // namespace parfocal
