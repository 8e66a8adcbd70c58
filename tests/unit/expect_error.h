// EXPECT_ERROR(statement, code, substring): the statement throws Error of that code, and its message has the substring
// and is one line.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "base/error.h"

#define EXPECT_ERROR(statement, expected_code, substring)                                        \
  do {                                                                                           \
    try {                                                                                        \
      statement;                                                                                 \
      ADD_FAILURE() << "no error, expected one with: " << (substring);                           \
    } catch (const ::impasto::Error& caught) {                                                   \
      EXPECT_EQ(caught.code(), expected_code) << caught.what();                                  \
      EXPECT_NE(std::string(caught.what()).find(substring), std::string::npos) << caught.what(); \
      EXPECT_EQ(std::string(caught.what()).find('\n'), std::string::npos) << caught.what();      \
    }                                                                                            \
  } while (false)

#define EXPECT_INVALID_STYLE(statement, substring) \
  EXPECT_ERROR(statement, ::impasto::ErrorCode::InvalidStyle, substring)
