#include "parfocal/licence/licence.h"

#include <string>

#include "gtest/gtest.h"

namespace parfocal {
namespace {

std::string FlagsOf(const Licence& l) {
  std::string out;
  for (Tristate t : {l.commercial_use, l.derivatives, l.share_alike, l.attribution}) {
    out += t == Tristate::kYes ? 'y' : t == Tristate::kNo ? 'n' : '-';
  }
  return out;
}

// Flags: commercial use, derivatives, share-alike, attribution.
constexpr struct {
  const char* stated;
  const char* spdx;
  const char* url;
  const char* flags;
} kKnown[] = {
    {"CC BY 4.0", "CC-BY-4.0", "https://creativecommons.org/licenses/by/4.0/", "yyny"},
    {"CC-BY-4.0", "CC-BY-4.0", "https://creativecommons.org/licenses/by/4.0/", "yyny"},
    {"cc-by 4.0", "CC-BY-4.0", "https://creativecommons.org/licenses/by/4.0/", "yyny"},
    {"CC_BY_4.0", "CC-BY-4.0", "https://creativecommons.org/licenses/by/4.0/", "yyny"},
    {"https://creativecommons.org/licenses/by/4.0/", "CC-BY-4.0",
     "https://creativecommons.org/licenses/by/4.0/", "yyny"},
    {"http://creativecommons.org/licenses/by/4.0", "CC-BY-4.0",
     "https://creativecommons.org/licenses/by/4.0/", "yyny"},
    {"https://www.creativecommons.org/licenses/by/4.0/legalcode", "CC-BY-4.0",
     "https://creativecommons.org/licenses/by/4.0/", "yyny"},
    {"https://creativecommons.org/licenses/by/4.0/deed.en", "CC-BY-4.0",
     "https://creativecommons.org/licenses/by/4.0/", "yyny"},
    {"Creative Commons Attribution 4.0 International (CC BY 4.0)", "CC-BY-4.0",
     "https://creativecommons.org/licenses/by/4.0/", "yyny"},
    {"Creative Commons Attribution-NonCommercial-ShareAlike 3.0 Unported License",
     "CC-BY-NC-SA-3.0", "https://creativecommons.org/licenses/by-nc-sa/3.0/", "nyyy"},
    {"CC BY-SA 2.5", "CC-BY-SA-2.5", "https://creativecommons.org/licenses/by-sa/2.5/", "yyyy"},
    {"CC BY-NC 2.0", "CC-BY-NC-2.0", "https://creativecommons.org/licenses/by-nc/2.0/", "nyny"},
    {"CC BY-NC-ND 4.0", "CC-BY-NC-ND-4.0", "https://creativecommons.org/licenses/by-nc-nd/4.0/",
     "nnny"},
    {"CC BY-ND 3.0", "CC-BY-ND-3.0", "https://creativecommons.org/licenses/by-nd/3.0/", "ynny"},
    {"cc by-nc-sa v4", "CC-BY-NC-SA-4.0", "https://creativecommons.org/licenses/by-nc-sa/4.0/",
     "nyyy"},
    {"https://creativecommons.org/licenses/by/3.0/de/", "",
     "https://creativecommons.org/licenses/by/3.0/de/", "yyny"},
    {"CC BY", "", "", "yyny"},
    {"CC BY-NC", "", "", "nyny"},
    {"CC0", "CC0-1.0", "https://creativecommons.org/publicdomain/zero/1.0/", "yynn"},
    {"CC0 1.0", "CC0-1.0", "https://creativecommons.org/publicdomain/zero/1.0/", "yynn"},
    {"CC0 1.0 Universal (CC0 1.0) Public Domain Dedication", "CC0-1.0",
     "https://creativecommons.org/publicdomain/zero/1.0/", "yynn"},
    {"https://creativecommons.org/publicdomain/zero/1.0/", "CC0-1.0",
     "https://creativecommons.org/publicdomain/zero/1.0/", "yynn"},
    {"https://creativecommons.org/publicdomain/mark/1.0/", "",
     "https://creativecommons.org/publicdomain/mark/1.0/", "yynn"},
    {"http://spdx.org/licenses/CC0-1.0", "CC0-1.0",
     "https://creativecommons.org/publicdomain/zero/1.0/", "yynn"},
    {"https://spdx.org/licenses/MIT.html", "MIT", "https://opensource.org/licenses/MIT", "yyny"},
    {"MIT License", "MIT", "https://opensource.org/licenses/MIT", "yyny"},
    {"Apache License, Version 2.0", "Apache-2.0", "https://www.apache.org/licenses/LICENSE-2.0",
     "yyny"},
    {"http://www.apache.org/licenses/LICENSE-2.0", "Apache-2.0",
     "https://www.apache.org/licenses/LICENSE-2.0", "yyny"},
    {"BSD-3-Clause", "BSD-3-Clause", "https://opensource.org/licenses/BSD-3-Clause", "yyny"},
    {"GPLv3", "GPL-3.0-only", "https://www.gnu.org/licenses/gpl-3.0.html", "yyyy"},
    {"ODbL", "ODbL-1.0", "https://opendatacommons.org/licenses/odbl/1-0/", "yyyy"},
    {"https://opendatacommons.org/licenses/odbl/1-0/", "ODbL-1.0",
     "https://opendatacommons.org/licenses/odbl/1-0/", "yyyy"},
    {"  CC BY 4.0 ", "CC-BY-4.0", "https://creativecommons.org/licenses/by/4.0/", "yyny"},
};

TEST(LicenceTest, KnowsTheCommonSpellings) {
  for (const auto& row : kKnown) {
    SCOPED_TRACE(row.stated);
    const Licence licence = LicenceFromStated(row.stated);
    EXPECT_EQ(licence.stated, row.stated);
    EXPECT_EQ(licence.spdx, row.spdx);
    EXPECT_EQ(licence.url, row.url);
    EXPECT_EQ(FlagsOf(licence), row.flags);
  }
}

TEST(LicenceTest, AnswersAreFixedPoints) {
  for (const auto& row : kKnown) {
    SCOPED_TRACE(row.stated);
    const Licence once = LicenceFromStated(row.stated);
    for (const std::string& name : {once.url, once.spdx}) {
      if (name.empty()) continue;
      const Licence again = LicenceFromStated(name);
      EXPECT_EQ(again.url, once.url);
      EXPECT_EQ(again.spdx, once.spdx);
      EXPECT_EQ(FlagsOf(again), FlagsOf(once));
    }
  }
}

TEST(LicenceTest, NeverGuesses) {
  for (const char* stated : {"",
                             "see the paper",
                             "https://example.org/about/licence",
                             "not CC BY 4.0",
                             "CC BY 4.0 or CC BY 3.0",
                             "CC BY 4.0 for the images only",
                             "BY 4.0",
                             "CC",
                             "CC 4.0",
                             "CC BY-SA-ND 4.0",
                             "CC BY 9.0",
                             "CC0 BY",
                             "https://creativecommons.org/",
                             "https://creativecommons.org/licenses/by/",
                             "https://creativecommons.org/licenses/by/4.0/x/y",
                             "https://creativecommons.example.org/licenses/by/4.0/",
                             "free",
                             "Public domain",
                             "all rights reserved",
                             "https://spdx.org/licenses/",
                             "file:///licenses/by/4.0/"}) {
    SCOPED_TRACE(stated);
    const Licence licence = LicenceFromStated(stated);
    EXPECT_EQ(licence.stated, stated);
    EXPECT_EQ(licence.spdx, "");
    EXPECT_EQ(licence.url, "");
    EXPECT_EQ(FlagsOf(licence), "----");
  }
  const std::string text(100000, 'c');
  EXPECT_EQ(LicenceFromStated(text).stated, text);
}

}  // namespace
}  // namespace parfocal
