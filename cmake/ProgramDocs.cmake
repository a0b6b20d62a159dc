# Man pages and shell completions: the built programs print them, and they are installed where man,
# bash-completion, zsh and fish look for them.
set(docs_dir ${PROJECT_BINARY_DIR}/program_docs)
set(docs_of_programs "")

# sequent_program_docs(PROGRAM COMPLETION_ARGUMENTS MAN_ARGUMENT)
function(sequent_program_docs program completion man)
  set(man_page ${docs_dir}/${program}.1)
  set(bash ${docs_dir}/bash/${program})
  set(zsh ${docs_dir}/zsh/_${program})
  set(fish ${docs_dir}/fish/${program}.fish)
  add_custom_command(
    OUTPUT ${man_page} ${bash} ${zsh} ${fish}
    COMMAND ${CMAKE_COMMAND} -E make_directory ${docs_dir}/bash ${docs_dir}/zsh ${docs_dir}/fish
    COMMAND ${program} ${man} > ${man_page}
    COMMAND ${program} ${completion} bash > ${bash}
    COMMAND ${program} ${completion} zsh > ${zsh}
    COMMAND ${program} ${completion} fish > ${fish}
    DEPENDS ${program}
    COMMENT "Generating the man page and shell completions of ${program}"
    VERBATIM)
  set(docs_of_programs ${docs_of_programs} ${man_page} ${bash} ${zsh} ${fish} PARENT_SCOPE)
  install(FILES ${man_page} DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
  install(FILES ${bash} DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
  install(FILES ${zsh} DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/site-functions)
  install(FILES ${fish} DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d)
endfunction()

if(SEQUENT_TRAIN)
  sequent_program_docs(sequent completion man)
endif()
sequent_program_docs(sequent-infer --completion --man)
add_custom_target(sequent_program_docs ALL DEPENDS ${docs_of_programs})
