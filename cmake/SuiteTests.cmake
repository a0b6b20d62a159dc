# sequent_discover_suites(TARGET PROPERTIES ...): one CTest test per suite of a GoogleTest program.
#
# A program that loads LibTorch takes half a second to start, which is longer than most tests take,
# so a process per suite instead of one per test halves the time of the whole run. As with
# gtest_discover_tests, the program is asked for its tests after it was linked. A suite counts as
# skipped if all of its tests were skipped.
#
# This file is also the script that asks: cmake -D TEST_... -P SuiteTests.cmake

if(NOT CMAKE_SCRIPT_MODE_FILE)
  set(sequent_suite_script ${CMAKE_CURRENT_LIST_FILE})

  function(sequent_discover_suites target)
    cmake_parse_arguments(arg "" "" "PROPERTIES" ${ARGN})
    set(tests_file ${CMAKE_CURRENT_BINARY_DIR}/${target}_suites.cmake)
    set(include_file ${CMAKE_CURRENT_BINARY_DIR}/${target}_include.cmake)
    add_custom_command(
      TARGET ${target} POST_BUILD
      BYPRODUCTS ${tests_file}
      COMMAND ${CMAKE_COMMAND} -D "TEST_EXECUTABLE=$<TARGET_FILE:${target}>" -D
              "TEST_PROPERTIES=${arg_PROPERTIES}" -D "TEST_FILE=${tests_file}" -P
              ${sequent_suite_script}
      VERBATIM)
    file(WRITE ${include_file}
         "if(EXISTS \"${tests_file}\")\n  include(\"${tests_file}\")\n"
         "else()\n  add_test(${target}_NOT_BUILT ${target}_NOT_BUILT)\nendif()\n")
    set_property(DIRECTORY APPEND PROPERTY TEST_INCLUDE_FILES ${include_file})
  endfunction()
  return()
endif()

execute_process(
  COMMAND ${TEST_EXECUTABLE} --gtest_list_tests
  OUTPUT_VARIABLE listed
  RESULT_VARIABLE status
  TIMEOUT 60)
if(NOT status EQUAL 0)
  message(FATAL_ERROR "${TEST_EXECUTABLE} --gtest_list_tests ended with ${status}:\n${listed}")
endif()

# GoogleTest lists the tests that were skipped after those that passed, and then those that failed.
string(CONCAT all_skipped "\\[  PASSED  \\] 0 tests\\.\n\\[  SKIPPED \\] [0-9]+ tests?, listed "
              "below:\n(\\[  SKIPPED \\] [^\n]*\n?)+$")
# A suite's line has no indentation; a test's line has.
string(REGEX MATCHALL "(^|\n)[^ \n][^ \n]*\\.[ \n]" suites "${listed}")
string(REPLACE ";" " " properties "${TEST_PROPERTIES}")
set(content "")
foreach(suite IN LISTS suites)
  string(REGEX REPLACE "[ \n]|\\.[ \n]$" "" suite "${suite}")
  string(APPEND content
         "add_test([=[${suite}]=] [=[${TEST_EXECUTABLE}]=] [=[--gtest_filter=${suite}.*]=])\n"
         "set_tests_properties([=[${suite}]=] PROPERTIES ${properties} "
         "SKIP_REGULAR_EXPRESSION [=[${all_skipped}]=])\n")
endforeach()
file(WRITE ${TEST_FILE} "${content}")
