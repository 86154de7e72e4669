import Commands

await Sluice.main(commit: commit)
