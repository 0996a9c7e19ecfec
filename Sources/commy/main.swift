print("commy")
