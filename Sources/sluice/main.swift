import Commands

await Sluice.main()
